-- SPDX-License-Identifier: MIT
-- Does:    core.reconcile_end(): closes a run with what was found.
-- Args:    p_id the run, p_kinds [{kind, seen, missing, repaired}].
-- Touches: reconciliations.
create function api.reconcile_end(p_id bigint, p_kinds jsonb) returns jsonb
language sql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
	select to_jsonb(true) from core.reconcile_end(p_id, p_kinds)
$$;
revoke all on function api.reconcile_end(bigint, jsonb) from public;
