-- SPDX-License-Identifier: MIT
-- Does:    lets somebody accept an invitation and gives them its role;
--          who invited is told.  The gate is the one guarded update: of many at
--          once one gets it.  The same person again gets the same answer, also
--          after its time.
-- Args:    p_code, p_user the recipient, who has signed in.
-- Returns: as core.invitation_answer().
-- Raises:  invitation_unknown, invitation_used (by somebody else),
--          invitation_revoked, invitation_expired, invitation_own,
--          invitation_demoted (who invited may not offer that role any more).
-- Touches: invitations, user_roles, audit_log, outbox.
create function core.invitation_accept(p_code text, p_user uuid) returns jsonb
language plpgsql volatile as $$
declare
	v_row invitations;
begin
	update invitations i set status = 'accepted', accepted_at = core.now(), recipient_id = p_user,
		recipient_telegram_id = n.telegram_id, recipient_username = n.username,
		recipient_first_name = n.first_name, recipient_last_name = n.last_name
	from core.telegram_names(p_user) n
	where i.invite_code = p_code and i.status = 'pending' and core.invitation_fault(i, p_user) is null
	returning i.* into v_row;
	if found then
		perform core.role_grant(p_user, v_row.role, v_row.inviter_id, null, jsonb_build_object('invitation', v_row.id));
		perform core.audit(p_user, null, 'invitation.accept', v_row.id::text, jsonb_build_object('role', v_row.role));
		perform core.invitation_told(v_row);
		return core.invitation_answer(v_row);
	end if;
	select * into v_row from invitations where invite_code = p_code;
	if v_row.recipient_id = p_user then
		return core.invitation_answer(v_row);
	end if;
	perform core.fail(coalesce(core.invitation_fault(v_row, p_user), 'invitation_used'));
end
$$;
