-- SPDX-License-Identifier: MIT
-- Does:    takes the job that has been due for longest and that nobody else has.
-- Returns: {name, run, own}, or {wait: milliseconds until one may be due}.
-- Touches: jobs.
create function api.job_claim() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_now timestamptz := core.now();
	v_job jobs;
begin
	select * into v_job from jobs
	where due_at <= v_now and (leased_until is null or leased_until <= v_now)
	order by due_at, name limit 1 for update skip locked;
	if v_job.name is not null then
		update jobs set run = run + 1, started_at = v_now, leased_until = v_now + lease, said = null
		where name = v_job.name returning * into v_job;
		return jsonb_build_object('name', v_job.name, 'run', v_job.run, 'own', v_job.own);
	end if;
	return jsonb_build_object('wait', (
		select ceil(extract(epoch from least(interval '1 day', greatest(interval '10 milliseconds',
			min(greatest(due_at, leased_until)) - v_now))) * 1000)::bigint from jobs));
end
$$;
revoke all on function api.job_claim() from public;
