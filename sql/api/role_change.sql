-- SPDX-License-Identifier: MIT
-- Does:    gives or takes a role.
-- Args:    p_caller an admin's browser session; p_user our id, p_role, p_give:
--          'give' or 'take'.
-- Returns: {changed}.
-- Raises:  unauthorized, forbidden, unknown_user, invalid_field, last_admin.
-- Touches: user_roles, audit_log.
create function api.role_change(p_caller jsonb, p_user text, p_role text, p_give text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
begin
	if p_give is null or p_give not in ('give', 'take') then
		perform core.fail('invalid_field', '{"field":"act"}');
	end if;
	return jsonb_build_object('changed', core.role_change(v_admin, core.person_find(p_user), p_role, p_give = 'give'));
end
$$;
revoke all on function api.role_change(jsonb, text, text, text) from public;
