-- SPDX-License-Identifier: MIT
-- Returns: who paid: the person behind the customer, else who has the credits.
-- Touches: identities (read).
create function core.payment_payer(p_payment payments) returns uuid
language sql stable as $$
	select coalesce((select user_id from public.identities
		where kind = 'stripe_customer' and subject = p_payment.customer), p_payment.user_id)
$$;
