-- SPDX-License-Identifier: MIT
-- Does:    says where a subscription stands: what Stripe said last, but past due
--          while an invoice has failed since and none was paid after, and active
--          when one was paid in the second that was said to be past due, or later.
-- Args:    p_subscription Stripe's id.
-- Touches: subscriptions; payments (read).
create function core.subscription_decide(p_subscription text) returns void
language sql volatile as $$
	update public.subscriptions s set status = case
		when coalesce(said, 'active') in ('active', 'trialing') and failed_created >= seen_created
			and failed_created > paid then 'past_due'
		when said = 'past_due' and paid >= greatest(seen_created, failed_created) then 'active'
		else coalesce(said, 'unknown') end
	from (select coalesce(extract(epoch from max(paid_at))::bigint, -1) as paid
		from public.payments where subscription_id = p_subscription) p
	where id = p_subscription
$$;
