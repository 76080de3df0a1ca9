-- SPDX-License-Identifier: MIT
-- Returns: {total, pending, accepted, revoked, expired}.
-- Args:    p_inviter whose (null: everybody's).
-- Touches: invitations (read).
create function core.invitation_statistics(p_inviter uuid) returns jsonb
language sql stable as $$
	select jsonb_build_object('total', count(*),
		'pending', count(*) filter (where status = 'pending'), 'accepted', count(*) filter (where status = 'accepted'),
		'revoked', count(*) filter (where status = 'revoked'), 'expired', count(*) filter (where status = 'expired'))
	from (select core.invitation_status(i) as status from public.invitations i
		where p_inviter is null or inviter_id = p_inviter) i
$$;
