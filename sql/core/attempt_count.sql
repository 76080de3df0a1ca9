-- SPDX-License-Identifier: MIT
-- Does:    counts one more of somebody within a period, unless that passes the
--          limit: one guarded statement, so that no crowd gets through at once.
-- Args:    p_kind, p_who as in attempts; p_limit; p_period.
-- Raises:  too_many_requests {retry_after: seconds}.
-- Touches: attempts.
create function core.attempt_count(p_kind text, p_who text, p_limit integer, p_period interval) returns void
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
begin
	insert into attempts as a (kind, who, since, count) values (p_kind, p_who, v_now, 1)
	on conflict (kind, who) do update set
		count = case when a.since <= v_now - p_period then 1 else a.count + 1 end,
		since = case when a.since <= v_now - p_period then v_now else a.since end
	where a.since <= v_now - p_period or a.count < p_limit;
	if not found then
		perform core.fail('too_many_requests', jsonb_build_object('retry_after',
			(select ceil(extract(epoch from greatest(least(since + p_period - v_now, p_period), '1 second')))::int
				from attempts where kind = p_kind and who = p_who)));
	end if;
end
$$;
