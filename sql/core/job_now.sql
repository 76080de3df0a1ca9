-- SPDX-License-Identifier: MIT
-- Does:    makes a job due at once.
-- Args:    p_name, p_actor who asks for it, null: the operator's command.
-- Returns: whether there is such a job.
-- Touches: jobs, audit_log.
create function core.job_now(p_name text, p_actor uuid) returns boolean
language plpgsql volatile as $$
begin
	update jobs set due_at = core.now() where name = p_name;
	if not found then
		return false;
	end if;
	perform core.audit(p_actor, null, 'job.run', p_name);
	perform pg_notify('jobs', p_name);
	return true;
end
$$;
