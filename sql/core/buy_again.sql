-- SPDX-License-Identifier: MIT
-- Returns: the one-time product a user paid for last, if it is still for sale:
--          {price_id, name, amount, currency, credits}, or null.
-- Touches: orders, prices, products (read).
create function core.buy_again(p_user uuid) returns jsonb
language plpgsql stable as $$
begin
	return (select jsonb_build_object('price_id', p.id, 'name', d.name, 'amount', p.unit_amount,
			'currency', p.currency, 'credits', p.credits)
		from orders o join prices p on p.id = o.price_id join products d on d.id = p.product_id
		where o.user_id = p_user and o.status = 'paid' and o.mode = 'payment'
			and core.price_for_sale(p, d) and p.interval is null and p.credits > 0
		order by o.paid_at desc limit 1);
end
$$;
