-- SPDX-License-Identifier: MIT
-- Returns: who pays a subscription, as far as its order or an invoice told us.
-- Touches: orders, payments, identities (read).
create function core.subscription_user(p_subscription text) returns uuid
language sql stable as $$
	select coalesce(
		(select user_id from public.orders where subscription_id = p_subscription and user_id is not null
		order by paid_at limit 1),
		(select core.payment_payer(p) from public.payments p where subscription_id = p_subscription and user_id is not null
		order by paid_at limit 1))
$$;
