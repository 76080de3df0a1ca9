-- SPDX-License-Identifier: MIT
-- Returns: the row of invitations with that code, none when there is no such.
-- Touches: invitations (read).
create function core.get_invitation_by_code(code text) returns setof public.invitations
language sql stable as $$
	select (core.invitation_shown(i)).* from public.invitations i where i.invite_code = $1
$$;
