-- SPDX-License-Identifier: MIT
-- Returns: all rows of invitations, the newest first.
-- Touches: invitations (read).
create function core.get_all_invitations() returns setof public.invitations
language sql stable as $$
	select (core.invitation_shown(i)).* from public.invitations i order by i.seq desc
$$;
