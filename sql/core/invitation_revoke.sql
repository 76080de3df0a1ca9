-- SPDX-License-Identifier: MIT
-- Does:    withdraws an invitation that nobody has accepted; again is the same.
-- Args:    p_code, p_by whose act it is (null: the key's), p_key, p_any whether
--          it may be somebody else's.
-- Returns: as core.invitation_json().
-- Raises:  invitation_unknown (also for somebody else's), invitation_settled
--          (accepted or expired).
-- Touches: invitations, audit_log.
create function core.invitation_revoke(p_code text, p_by uuid, p_key bigint, p_any boolean) returns jsonb
language plpgsql volatile as $$
declare
	v_row invitations;
begin
	update invitations i set status = 'revoked', revoked_at = core.now(), revoked_by = p_by
	where invite_code = p_code and (p_any or inviter_id = p_by) and core.invitation_status(i) = 'pending'
		and status = 'pending'
	returning * into v_row;
	if found then
		perform core.audit(p_by, p_key, 'invitation.revoke', v_row.id::text, jsonb_build_object('inviter', v_row.inviter_id));
		return core.invitation_json(v_row);
	end if;
	select * into v_row from invitations where invite_code = p_code and (p_any or inviter_id = p_by);
	if not found then
		perform core.fail('invitation_unknown');
	elsif v_row.status <> 'revoked' then
		perform core.fail('invitation_settled');
	end if;
	return core.invitation_json(v_row);
end
$$;
