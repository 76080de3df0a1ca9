-- SPDX-License-Identifier: MIT
-- Does:    ends a run: done, it is due again in its turn; failed, after a while;
--          stopped half way, at once, by whoever comes.
-- Args:    p_name, p_run as claimed, p_how done | failed | stopped, p_said what was
--          found, or why it failed; null: what the steps said stays.
-- Returns: whether it was still the caller's.
-- Touches: jobs.
create function api.job_end(p_name text, p_run bigint, p_how text, p_said text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_now timestamptz := core.now();
begin
	update jobs set leased_until = null,
		due_at = case p_how when 'done' then core.job_next(every, at, v_now)
			when 'failed' then least(v_now + retry, core.job_next(every, at, v_now)) else v_now end,
		ended_at = case when p_how = 'stopped' then ended_at else v_now end,
		succeeded_at = case when p_how = 'done' then v_now else succeeded_at end,
		error = case p_how when 'failed' then coalesce(left(p_said, 500), 'failed') when 'done' then null else error end,
		said = case when p_how = 'done' then coalesce(left(p_said, 500), said) else said end
	where name = p_name and run = p_run and leased_until is not null;
	return to_jsonb(found);
end
$$;
revoke all on function api.job_end(text, bigint, text, text) from public;
