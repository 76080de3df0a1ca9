-- SPDX-License-Identifier: MIT
-- Returns: [{name, every, state: ok | failed | running | never, started_at, ended_at,
--          succeeded_at, took: milliseconds, said, error, due_at}] of every job.
-- Touches: jobs (read).
create function core.jobs_json() returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('name', name, 'every', every,
		'state', case when leased_until > core.now() then 'running' when error is not null then 'failed'
			when ended_at is null then 'never' else 'ok' end,
		'started_at', started_at, 'ended_at', ended_at, 'succeeded_at', succeeded_at,
		'took', case when ended_at >= started_at then (extract(epoch from ended_at - started_at) * 1000)::bigint end,
		'said', said, 'error', error, 'due_at', due_at) order by name), '[]')
	from jobs
$$;
