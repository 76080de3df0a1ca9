-- SPDX-License-Identifier: MIT
-- Returns: pending, accepted, revoked or expired, as of now.
create function core.invitation_status(p_invitation public.invitations) returns text
language sql stable as $$
	select case when p_invitation.status = 'pending' and p_invitation.expires_at <= core.now()
		then 'expired' else p_invitation.status end
$$;
