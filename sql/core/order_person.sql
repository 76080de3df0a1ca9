-- SPDX-License-Identifier: MIT
-- Does:    writes down who paid an order: whom it was made for, or who stands
--          behind the customer.
-- Args:    p_order the locked order, p_session Stripe's session.
-- Touches: orders, subscriptions; what core.stripe_person() touches.
create function core.order_person(p_order orders, p_session jsonb) returns void
language plpgsql volatile as $$
declare
	v_user uuid := core.stripe_person(
		coalesce(p_order.user_id, case when p_order.gift_to is null then core.session_user(p_session->'metadata') end),
		p_session->>'customer',
		coalesce(p_session#>>'{customer_details,email}', p_session->>'customer_email'));
begin
	update orders set user_id = v_user where id = p_order.id and user_id is null;
	update subscriptions set user_id = v_user where id = p_order.subscription_id and user_id is null;
end
$$;
