-- SPDX-License-Identifier: MIT
-- Does:    records how one attempt went: 2xx is done; else the work is due again
--          after a pause that doubles, or dead after the last attempt.
-- Args:    p_id, p_attempt as claimed, p_status HTTP status or 0 for no answer,
--          p_error what went wrong or null.
-- Returns: done, again or dead; late when the work was claimed by another since.
-- Touches: outbox.
create function core.outbox_record(p_id bigint, p_attempt integer, p_status integer, p_error text) returns text
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_row outbox;
begin
	update outbox o set
		done_at = case when p_status between 200 and 299 then v_now end,
		dead_at = case when p_status not between 200 and 299 and attempts >= k.max_attempts then v_now end,
		due_at = v_now + least(k.longest_pause, k.first_pause * power(2, least(p_attempt - 1, 30))),
		last_error = case when p_status not between 200 and 299
			then left(coalesce(p_error, 'HTTP ' || p_status), 500) end
	from outbox_kinds k
	where o.id = p_id and o.attempts = p_attempt and o.done_at is null and o.dead_at is null and k.kind = o.kind
	returning o.* into v_row;
	return case when v_row.id is null then 'late' when v_row.done_at is not null then 'done'
		when v_row.dead_at is not null then 'dead' else 'again' end;
end
$$;
