-- SPDX-License-Identifier: MIT
-- Does:    marks the invitations whose time is over; nobody can accept them
--          before that either.
-- Returns: how many.
-- Touches: invitations.
create function core.invitations_expire() returns bigint
language sql volatile as $$
	with gone as (
		update public.invitations set status = 'expired'
		where status = 'pending' and expires_at <= core.now()
		returning 1
	)
	select count(*) from gone
$$;
