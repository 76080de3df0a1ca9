-- SPDX-License-Identifier: MIT
-- Does:    signs out.
-- Args:    p_caller the browser session, or null.
-- Returns: {ended: whether there was one}.
-- Touches: sessions.
create function api.session_end(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('ended', core.session_end(p_caller));
end
$$;
revoke all on function api.session_end(jsonb) from public;
