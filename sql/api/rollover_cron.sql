-- SPDX-License-Identifier: MIT
-- Does:    the monthly run, once per month by the clock (UTC): subscription
--          credits of earlier months roll over up to the largest single grant,
--          the rest expires as booked breakage; everything else stays.
-- Args:    p_caller {"cron":true}.
-- Returns: {month, accounts, rolled_over, expired, replayed}; a repeated call
--          changes nothing and answers with the numbers of the first.
-- Raises:  unauthorized.
-- Touches: rollover_runs, rollovers, the wallet.
create function api.rollover_cron(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_month timestamptz := date_trunc('month', core.now(), 'UTC');
	v_name text := to_char(v_month at time zone 'UTC', 'YYYY-MM');
	v_run rollover_runs;
	v_new boolean;
begin
	perform core.caller(p_caller, '{cron}');
	insert into rollover_runs (month, accounts, rolled_over, expired, ran_at)
	values (v_name, 0, 0, 0, core.now())
	on conflict do nothing;
	v_new := found;
	if v_new then
		perform core.rollover_apply(v_name, v_month);
	end if;
	select * into v_run from rollover_runs where month = v_name;
	return jsonb_build_object('month', v_name, 'accounts', v_run.accounts, 'rolled_over', v_run.rolled_over,
		'expired', v_run.expired, 'replayed', not v_new);
end
$$;
revoke all on function api.rollover_cron(jsonb) from public;
