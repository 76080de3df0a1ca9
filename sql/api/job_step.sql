-- SPDX-License-Identifier: MIT
-- Does:    one step of a job, in a transaction of its own, and renews its lease.
-- Args:    p_name, p_run as claimed.
-- Returns: {more, lost}: whether there is another step; whether somebody else has
--          the job now.
-- Raises:  what the job's function raises.
-- Touches: jobs; what core.job_NAME() touches.
create function api.job_step(p_name text, p_run bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_job jobs;
	v_step jsonb := '{"more":true}';
begin
	update jobs set leased_until = core.now() + lease
	where name = p_name and run = p_run and leased_until is not null returning * into v_job;
	if v_job.name is null then
		return '{"more":false,"lost":true}';
	end if;
	if not v_job.own then
		execute format('select core.%I()', 'job_' || p_name) into v_step;
		update jobs set said = coalesce(v_step->>'said',
			(coalesce(substring(said from '^[0-9]+')::bigint, 0) + (v_step->>'count')::bigint)::text, said)
		where name = p_name;
	end if;
	return jsonb_build_object('more', v_step->'more', 'lost', false);
end
$$;
revoke all on function api.job_step(text, bigint) from public;
