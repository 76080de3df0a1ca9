-- SPDX-License-Identifier: MIT
-- Does:    tells a browser who is signed in.
-- Args:    p_caller its session.
-- Returns: {user:{id, name, roles, identities:[core.identities_json()], language, time_zone}}.
-- Raises:  unauthorized.
-- Touches: users, identities, user_roles (read); sessions as core.session_see().
create function api.session(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{session}');
begin
	return (select jsonb_build_object('user', jsonb_build_object('id', u.id, 'name', core.user_name(u.id),
			'roles', to_jsonb(v_caller.roles), 'identities', core.identities_json(u.id),
			'language', u.language, 'time_zone', u.time_zone))
		from users u where u.id = v_caller.user_id);
end
$$;
revoke all on function api.session(jsonb) from public;
