-- SPDX-License-Identifier: MIT
-- Does:    gives or takes a role on somebody's behalf, who may not act above
--          their own.
-- Args:    p_by who acts, p_user, p_role, p_give: false takes it.
-- Returns: whether anything changed.
-- Raises:  role_ceiling, and as core.role_grant() and core.role_revoke().
-- Touches: user_roles, audit_log.
create function core.role_change(p_by uuid, p_user uuid, p_role text, p_give boolean) returns boolean
language plpgsql volatile as $$
begin
	if core.role_rank(p_role) > core.role_ceiling(p_by) then
		perform core.fail('role_ceiling');
	elsif p_give then
		return core.role_grant(p_user, p_role, p_by);
	end if;
	return core.role_revoke(p_user, p_role, p_by);
end
$$;
