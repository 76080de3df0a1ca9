-- SPDX-License-Identifier: MIT
-- Returns: the rows of invitations that somebody made, the newest first.
-- Args:    user_id as inviter_id of core.create_invitation().
-- Raises:  unknown_user.
-- Touches: invitations (read).
create function core.get_user_invitations(user_id text) returns setof public.invitations
language sql stable as $$
	select (core.invitation_shown(i)).* from public.invitations i
	where i.inviter_id = core.person_find($1) order by i.seq desc
$$;

create function core.get_user_invitations(user_id uuid) returns setof public.invitations
language sql stable as $$
	select * from core.get_user_invitations($1::text)
$$;

create function core.get_user_invitations(user_id bigint) returns setof public.invitations
language sql stable as $$
	select * from core.get_user_invitations($1::text)
$$;
