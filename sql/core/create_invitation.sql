-- SPDX-License-Identifier: MIT
-- Does:    makes an invitation to the role recipient, as front ends call it; the
--          same code of the same inviter again is the same invitation.
-- Args:    inviter_id our id of the inviter, the application's, or their number
--          at Telegram; invite_code 4 to 64 letters, digits, - and _ (null: made
--          up).
-- Returns: the row of invitations.
-- Raises:  unknown_user, forbidden, invalid_field, invitation_taken.
-- Touches: as core.invitations_create().
create function core.create_invitation(inviter_id text, invite_code text default null) returns public.invitations
language sql volatile as $$
	select core.invitation_shown(i)
	from core.invitations_create(core.person_find($1), 'recipient', null, 1, $2, null, null) i
$$;

create function core.create_invitation(inviter_id uuid, invite_code text default null) returns public.invitations
language sql volatile as $$
	select core.create_invitation($1::text, $2)
$$;

create function core.create_invitation(inviter_id bigint, invite_code text default null) returns public.invitations
language sql volatile as $$
	select core.create_invitation($1::text, $2)
$$;
