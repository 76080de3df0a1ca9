-- SPDX-License-Identifier: MIT
-- Returns: why somebody cannot accept an invitation now, by the name of the
--          error, or null when they can.
-- Touches: user_roles (read).
create function core.invitation_fault(p_invitation public.invitations, p_user uuid) returns text
language sql stable as $$
	select case
		when p_invitation.id is null then 'invitation_unknown'
		when core.invitation_status(p_invitation) = 'accepted' then 'invitation_used'
		when core.invitation_status(p_invitation) = 'revoked' then 'invitation_revoked'
		when core.invitation_status(p_invitation) = 'expired' then 'invitation_expired'
		when p_invitation.inviter_id = p_user then 'invitation_own'
		when not core.role_may_offer(p_invitation.inviter_id, p_invitation.role) then 'invitation_demoted'
	end
$$;
