-- SPDX-License-Identifier: MIT
-- Does:    ends an attempt that failed so that it stays counted: the answer says
--          what is wrong instead of raising it, which would undo the count.
--          When everybody together fails too often, the operator is told.  What
--          was counted days ago is forgotten on the way.
-- Args:    p_kind as in attempt_limits; p_error of errors.tab; p_detail or null.
-- Returns: {"refused":{error, detail}}, for req_call_judged() in C.
-- Touches: attempts, attempt_limits (read), outbox.
create function core.attempt_failed(p_kind text, p_error text, p_detail jsonb default null) returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_limit attempt_limits := (select l from attempt_limits l where kind = p_kind);
	v_count integer;
begin
	delete from attempts where (kind, who) in (select kind, who from attempts
		where since < v_now - interval '1 day' limit 100 for update skip locked);
	insert into attempts as a (kind, who, since, count) values (p_kind, 'everybody', v_now, 1)
	on conflict (kind, who) do update set
		count = case when a.since <= v_now - v_limit.period then 1 else a.count + 1 end,
		since = case when a.since <= v_now - v_limit.period then v_now else a.since end
	returning count into v_count;
	if v_count = v_limit.overall then
		perform core.outbox_add('alert_sign_in', jsonb_build_object('kind', p_kind, 'failures', v_count),
			format('alert_sign_in:%s:%s', p_kind, to_char(v_now at time zone 'UTC', 'YYYY-MM-DD HH24')));
	end if;
	return jsonb_build_object('refused', jsonb_build_object('error', p_error, 'detail', p_detail));
end
$$;
