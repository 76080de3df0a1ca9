-- SPDX-License-Identifier: MIT
-- Does:    the admin's page of roles.
-- Args:    p_caller an admin's browser session; p_search as core.role_holders().
-- Returns: {me, q, people as core.role_holders(), history: the latest changes of
--          roles as core.audit_json() has them, with the person's name}.
-- Raises:  unauthorized, forbidden.
-- Touches: users, identities, user_roles, audit_log (read).
create function api.admin_roles(p_caller jsonb, p_search text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
begin
	return jsonb_build_object('me', core.me_json(v_admin), 'q', p_search, 'people', core.role_holders(p_search, 100),
		'history', (select coalesce(jsonb_agg(jsonb_build_object('at', at, 'given', action = 'role.grant',
				'role', detail->>'role', 'name', core.user_name(core.uuid_or_null(subject)),
				'actor', core.user_name(actor_user)) order by id desc), '[]')
			from (select * from audit_log where action in ('role.grant', 'role.revoke') order by id desc limit 20) a));
end
$$;
revoke all on function api.admin_roles(jsonb, text) from public;
