-- SPDX-License-Identifier: MIT
-- Does:    core.reconcile_begin(), for the worker and the command.
-- Args:    p_dry_run whether it only looks, p_days how far back it goes.
-- Returns: {"id":run, "since":Unix time from which on events are listed}.
-- Touches: reconciliations.
create function api.reconcile_begin(p_dry_run boolean, p_days integer) returns jsonb
language sql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
	select core.reconcile_begin(p_dry_run, p_days)
$$;
revoke all on function api.reconcile_begin(boolean, integer) from public;
