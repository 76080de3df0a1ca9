-- SPDX-License-Identifier: MIT
-- Does:    core.lines_wanted(), for the worker and the command.
-- Returns: {lists:[{subject, path}]}: whose lines Stripe has not told yet.
-- Touches: line_lists (read).
create function api.reconcile_wanted() returns jsonb
language sql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
	select core.lines_wanted()
$$;
revoke all on function api.reconcile_wanted() from public;
