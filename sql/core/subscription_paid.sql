-- SPDX-License-Identifier: MIT
-- Does:    marks the order of a subscription paid when one of its invoices was
--          first, whichever of them was heard of first; what is known of refunds and
--          of failed invoices is weighed again.
-- Args:    p_subscription Stripe's id, or null.
-- Touches: orders, subscriptions; seats by core.order_settle().
create function core.subscription_paid(p_subscription text) returns void
language plpgsql volatile as $$
declare
	v_paid_at timestamptz;
	v_user uuid;
	v_order uuid;
begin
	select paid_at, core.payment_payer(payments) into v_paid_at, v_user from payments
	where subscription_id = p_subscription and status <> 'none'
	order by paid_at, id limit 1;
	update orders set status = core.order_status(status, 'paid'), paid_at = least(paid_at, v_paid_at),
		user_id = coalesce(user_id, v_user)
	where subscription_id = p_subscription and mode = 'subscription' and v_paid_at is not null
		and (status in ('open', 'pending', 'expired', 'failed') or paid_at > v_paid_at)
	returning id into v_order;
	if v_order is not null then
		perform core.order_settle(v_order);
		perform core.seat_claim(v_order);
	end if;
	perform core.order_reverse(id) from orders
	where subscription_id = p_subscription and mode = 'subscription';
	perform core.subscription_decide(p_subscription);
end
$$;
