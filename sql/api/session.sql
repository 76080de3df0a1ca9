-- SPDX-License-Identifier: MIT
-- Does:    tells a browser who is signed in.
-- Args:    p_caller its session.
-- Returns: {user: as core.user_json()}.
-- Raises:  unauthorized.
-- Touches: users, identities, user_roles (read); sessions as core.session_see().
create function api.session(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('user', core.user_json((core.caller(p_caller, '{session}')).user_id));
end
$$;
revoke all on function api.session(jsonb) from public;
