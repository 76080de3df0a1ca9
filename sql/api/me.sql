-- SPDX-License-Identifier: MIT
-- Does:    says for a page that nobody was asked about, such as that of an error,
--          who looks at it.
-- Args:    p_caller a browser session or null.
-- Returns: {me: as core.me_json()}.
-- Touches: users, identities, user_roles (read); sessions as core.session_see().
create function api.me(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('me', core.me_json(core.visitor(p_caller)));
end
$$;
revoke all on function api.me(jsonb) from public;
