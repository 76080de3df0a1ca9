-- SPDX-License-Identifier: MIT
-- Does:    makes invitations, idempotently.
-- Args:    p_inviter a driver or admin, p_role at most their own, p_for how long
--          each is valid (null: for ever), p_count 1 to 1000, p_code the code of
--          a single one (null: made up), p_idempotency_key (null: never the
--          same), p_key the service key that acts, or null.
-- Returns: the rows, in order.
-- Raises:  invalid_field, forbidden (not an inviter), role_ceiling,
--          invitation_taken (the code is somebody else's), idempotency_conflict.
-- Touches: invitations, audit_log.
create function core.invitations_create(p_inviter uuid, p_role text, p_for interval, p_count bigint,
	p_code text, p_idempotency_key text, p_key bigint)
returns setof invitations
language plpgsql volatile as $$
declare
	v_key text := coalesce(p_idempotency_key, 'code:' || p_code, gen_random_uuid()::text);
begin
	perform core.invitations_check(p_inviter, p_role, p_for, p_count, p_code, p_key);
	-- The first one decides who makes the others.
	if core.invitations_insert(p_inviter, p_role, p_for, p_code, v_key, 1, 1) = 1 then
		perform core.invitations_insert(p_inviter, p_role, p_for, null, v_key, 2, p_count);
		perform core.audit(case when p_key is null then p_inviter end, p_key, 'invitation.create', p_inviter::text,
			jsonb_build_object('role', p_role, 'count', p_count));
	elsif not exists (select from invitations where inviter_id = p_inviter and idempotency_key = v_key) then
		perform core.fail('invitation_taken');
	elsif exists (select from invitations where inviter_id = p_inviter and idempotency_key = v_key
		having count(*) <> p_count or bool_or(role <> p_role or expires_at - created_at is distinct from p_for)) then
		perform core.fail('idempotency_conflict');
	end if;
	return query select * from invitations where inviter_id = p_inviter and idempotency_key = v_key order by place;
end
$$;
