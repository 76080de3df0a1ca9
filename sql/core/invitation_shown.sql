-- SPDX-License-Identifier: MIT
-- Returns: the row with the status it has now.
create function core.invitation_shown(p_invitation public.invitations) returns public.invitations
language plpgsql stable as $$
begin
	p_invitation.status := core.invitation_status(p_invitation);
	return p_invitation;
end
$$;
