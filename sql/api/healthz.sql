-- SPDX-License-Identifier: MIT
-- Returns: {"status":"ok","schema":N}, N the number of the last migration.
-- Touches: schema_migrations (read).
create function api.healthz() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('status', 'ok', 'schema', core.schema_version());
end
$$;
revoke all on function api.healthz() from public;
