-- SPDX-License-Identifier: MIT
-- Does:    decides whose subscription an invoice pays.
-- Returns: the user.
-- Touches: subscriptions; what core.stripe_person() touches.
create function core.invoice_person(p_invoice jsonb) returns uuid
language plpgsql volatile as $$
declare
	v_sub text := core.invoice_subscription(p_invoice);
	v_user uuid := core.stripe_person(
		coalesce(core.session_user(core.invoice_metadata(p_invoice)),
			(select user_id from orders where subscription_id = v_sub and user_id is not null order by paid_at limit 1),
			(select user_id from subscriptions where id = v_sub)),
		p_invoice->>'customer', p_invoice->>'customer_email');
begin
	update subscriptions set user_id = v_user where id = v_sub and user_id is null;
	return v_user;
end
$$;
