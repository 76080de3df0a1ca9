-- SPDX-License-Identifier: MIT
-- Does:    gives somebody a role and writes it down; holding it already changes
--          nothing and writes nothing.
-- Args:    p_user, p_role admin, driver, member or recipient, p_by and p_key who
--          acts (null: the operator's own command), p_detail why.
-- Returns: whether it is new.
-- Raises:  invalid_field, unknown_user.
-- Touches: user_roles, audit_log.
create function core.role_grant(p_user uuid, p_role text, p_by uuid default null, p_key bigint default null,
	p_detail jsonb default '{}')
returns boolean
language plpgsql volatile as $$
begin
	if core.role_rank(p_role) = 0 then
		perform core.fail('invalid_field', '{"field":"role"}');
	elsif not exists (select from users where id = p_user) then
		perform core.fail('unknown_user');
	end if;
	insert into user_roles (user_id, role, created_at) values (p_user, p_role, core.now())
	on conflict do nothing;
	if not found then
		return false;
	end if;
	perform core.audit(p_by, p_key, 'role.grant', p_user::text, p_detail || jsonb_build_object('role', p_role));
	return true;
end
$$;
