-- SPDX-License-Identifier: MIT
-- Does:    takes a month's run one step further: at most p_size accounts, whose
--          rows stay locked until the caller commits.  What was committed is
--          never done again, whatever became of who did it.
-- Args:    p_month (YYYY-MM), p_size accounts.
-- Returns: the run as it stands; done_at is null while there is more to do.
-- Touches: rollover_runs; what core.rollover_apply() touches.
create function core.rollover_step(p_month text, p_size integer) returns rollover_runs
language plpgsql volatile as $$
declare
	v_start timestamptz := (p_month || '-01')::timestamp at time zone 'UTC';
	v_run rollover_runs;
	v_users uuid[];
begin
	select * into v_run from rollover_runs where month = p_month for update;
	if v_run.done_at is not null then
		return v_run;
	end if;
	v_users := core.rollover_next(v_run.position, v_start, p_size);
	perform core.rollover_apply(p_month, v_start, v_users);
	update rollover_runs r set
		position = coalesce(v_users[cardinality(v_users)], r.position), steps = r.steps + 1,
		accounts = r.accounts + s.accounts, rolled_over = r.rolled_over + s.rolled_over,
		expired = r.expired + s.expired, granted = r.granted + s.granted,
		done_at = case when cardinality(v_users) < p_size then core.now() end
	from (select count(*) as accounts, coalesce(sum(o.rolled_over), 0) as rolled_over,
			coalesce(sum(o.expired), 0) as expired, coalesce(sum(o.granted), 0) as granted
		from unnest(v_users) u join rollovers o on o.user_id = u and o.month = p_month) s
	where r.month = p_month
	returning r.* into v_run;
	return v_run;
end
$$;
