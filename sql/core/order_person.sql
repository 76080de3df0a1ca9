-- SPDX-License-Identifier: MIT
-- Does:    writes down who paid an order.
-- Args:    p_order the locked order, p_session Stripe's session.
-- Touches: orders, subscriptions; what core.stripe_person() touches.
create function core.order_person(p_order orders, p_session jsonb) returns void
language plpgsql volatile as $$
declare
	v_user uuid := core.stripe_person(
		coalesce(p_order.user_id, core.session_user(p_session->'metadata', p_session->>'client_reference_id')),
		p_session->>'customer',
		coalesce(p_session#>>'{customer_details,email}', p_session->>'customer_email'));
begin
	update orders set user_id = v_user where id = p_order.id and user_id is null;
	update subscriptions set user_id = v_user where id = p_order.subscription_id and user_id is null;
end
$$;
