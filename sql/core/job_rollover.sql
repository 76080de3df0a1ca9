-- SPDX-License-Identifier: MIT
-- Does:    a step of the job rollover, the same as a call of the cron route: a month
--          that is done changes nothing, so looking every day is safe.
-- Returns: {more, said}.
-- Touches: what api.rollover_cron() touches.
create function core.job_rollover() returns jsonb
language sql volatile as $$
	select jsonb_build_object('more', not (r->>'done')::boolean,
		'said', format('%s: %s accounts, %s credits rolled over, %s expired', r->>'month', r->>'accounts',
			r->>'rolled_over', r->>'expired'))
	from api.rollover_cron('{"cron":true}') r
$$;
