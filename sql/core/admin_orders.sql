-- SPDX-License-Identifier: MIT
-- Returns: the latest orders, newest first, at most p_limit.
-- Touches: orders, prices, products, seats (read).
create function core.admin_orders(p_limit integer) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at desc, o.id), '[]') from (
		select o.id, o.status, p.name as product, o.amount, o.currency, o.credits, o.customer,
			(core.seat_of_order(o)).state as seat, o.created_at
		from orders o
		left join prices r on r.id = o.price_id
		left join products p on p.id = r.product_id
		order by o.created_at desc limit p_limit) o);
end
$$;
