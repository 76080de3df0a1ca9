-- SPDX-License-Identifier: MIT
-- Does:    looks who comes to the door.
-- Args:    p_caller a browser session or null, p_next where they want to go.
-- Returns: {next: a path of this site or null, landing: where they go at once
--          because they are signed in, or null}.
-- Touches: sessions, user_roles (read).
create function api.login_page(p_caller jsonb, p_next text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := core.visitor(p_caller);
begin
	return jsonb_build_object('next', case when core.path_local(p_next) then p_next end,
		'landing', case when v_user is not null then core.landing(v_user, p_next) end);
end
$$;
revoke all on function api.login_page(jsonb, text) from public;
