-- SPDX-License-Identifier: MIT
-- Does:    one step of the monthly run (UTC by the clock), at most 5000 accounts:
--          subscription credits of earlier months roll over by their plan's
--          rule, the rest expires as booked breakage; everything else stays.
--          A run that an earlier call left unfinished goes on first.
-- Args:    p_caller {"cron":true}.
-- Returns: {month, accounts, rolled_over, granted, expired, replayed, done}: the
--          sums of the run so far.  done false: call again.  replayed: it was
--          done before, nothing changed.
-- Raises:  unauthorized.
-- Touches: rollover_runs, rollovers, the wallet.
create function api.rollover_cron(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_this text := to_char(core.now() at time zone 'UTC', 'YYYY-MM');
	v_month text := coalesce((select min(month) from rollover_runs where done_at is null), v_this);
	v_steps bigint;
	v_run rollover_runs;
begin
	perform core.caller(p_caller, '{cron}');
	insert into rollover_runs (month, accounts, rolled_over, expired, ran_at)
	values (v_month, 0, 0, 0, core.now())
	on conflict do nothing;
	select steps into v_steps from rollover_runs where month = v_month for update;
	v_run := core.rollover_step(v_month, 5000);
	return jsonb_build_object('month', v_month, 'accounts', v_run.accounts, 'rolled_over', v_run.rolled_over,
		'granted', v_run.granted, 'expired', v_run.expired, 'replayed', v_run.steps = v_steps,
		'done', v_run.done_at is not null and v_month = v_this);
end
$$;
revoke all on function api.rollover_cron(jsonb) from public;
