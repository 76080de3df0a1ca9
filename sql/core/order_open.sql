-- SPDX-License-Identifier: MIT
-- Does:    opens an order with the price as it is now, or finds the one this
--          idempotency key opened before.
-- Args:    p_price for sale, p_user or null, p_scope whose keys these are,
--          p_key or null.
-- Returns: as api.checkout_begin().
-- Raises:  unknown_price, idempotency_conflict.
-- Touches: orders.
create function core.order_open(p_price text, p_user uuid, p_scope text, p_key text) returns jsonb
language plpgsql volatile as $$
declare
	v_order orders;
begin
	insert into orders (user_id, price_id, mode, amount, currency, credits, discord,
		idempotency_scope, idempotency_key, created_at)
	select p_user, r.id, case when r.interval is null then 'payment' else 'subscription' end,
		r.unit_amount, r.currency, r.credits, r.discord,
		case when p_key is not null then p_scope end, p_key, core.now()
	from prices r join products p on p.id = r.product_id
	where r.id = p_price and core.price_for_sale(r, p)
	on conflict (idempotency_scope, idempotency_key) do nothing
	returning * into v_order;
	if not found then
		select * into v_order from orders where idempotency_scope = p_scope and idempotency_key = p_key;
	end if;
	if v_order.id is null then
		perform core.fail('unknown_price');
	elsif v_order.price_id <> p_price or v_order.user_id is distinct from p_user then
		perform core.fail('idempotency_conflict');
	end if;
	return jsonb_build_object('order_id', v_order.id, 'price_id', v_order.price_id, 'mode', v_order.mode,
		'user_id', v_order.user_id, 'session_id', v_order.session_id, 'url', v_order.url,
		'customer', (select subject from identities where user_id = v_order.user_id
			and kind = 'stripe_customer' order by created_at desc, subject limit 1),
		'email', (select email from users where id = v_order.user_id));
end
$$;
