-- SPDX-License-Identifier: MIT
-- Does:    reads what an event says about the money.  Money is money only when
--          some was paid; a free session stays pending until its subscription
--          earns.  Sessions of 2020 have no payment_status: completed meant paid.
-- Returns: the order's status: pending, expired, failed or paid.
create function core.session_status(p_type text, p_session jsonb) returns text
language sql immutable as $$
	select case p_type
		when 'checkout.session.expired' then 'expired'
		when 'checkout.session.async_payment_failed' then 'failed'
		else case when coalesce(core.session_amount(p_session), 1) > 0
				and (p_type = 'checkout.session.async_payment_succeeded'
				or coalesce(p_session->>'payment_status', 'paid') in ('paid', 'no_payment_required'))
			then 'paid' else 'pending' end
	end
$$;
