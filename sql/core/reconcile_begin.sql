-- SPDX-License-Identifier: MIT
-- Does:    opens the record of one run of gatehouse reconcile.
-- Args:    p_dry_run whether it only looks, p_days how far back it goes.
-- Returns: {"id":run, "since":Unix time from which on events are listed}.
-- Touches: reconciliations.
create function core.reconcile_begin(p_dry_run boolean, p_days integer) returns jsonb
language sql volatile as $$
	insert into public.reconciliations (dry_run, started_at) values (p_dry_run, core.now())
	returning jsonb_build_object('id', id, 'since',
		extract(epoch from started_at - make_interval(days => p_days))::bigint)
$$;
