-- SPDX-License-Identifier: MIT
-- Does:    records how attempts went; saying it twice does what once does.
-- Args:    p_results [{id, claim, fate, outcome, error, wait, wide, settings, to,
--          status, answer}]: id and claim as claimed; fate done | again (later) |
--          refused (never) | pause (too many: wait ms, the whole channel if wide) |
--          halt (our credentials, known by settings, are refused) | moved (to
--          another destination); outcome and error words for it.
-- Returns: {done, again, dead, late}: how many of each; late: claimed by another
--          since, or recorded before.
-- Touches: outbox, outbox_channels, outbox_destinations; what a kind's apply touches.
create function api.outbox_record(p_results jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_now timestamptz := core.now();
	v_counts jsonb := jsonb_build_object('done', 0, 'again', 0, 'dead', 0, 'late', jsonb_array_length(p_results));
	v_result record;
	v_error text;
	v_said text;
begin
	perform core.outbox_heed(v_now, p_results);
	for v_result in select * from core.outbox_results(p_results) loop
		v_error := null;
		if v_result.apply is not null and v_result.fate in ('done', 'refused') then
			v_error := core.outbox_answer(v_result.apply, v_result.id, v_result.status, v_result.answer);
		end if;
		v_said := core.outbox_settle(v_now, v_result.id, case when v_error is null then v_result.fate else 'again' end,
			v_result.outcome, coalesce(v_error, v_result.error),
			v_now + case when v_result.fate in ('pause', 'moved', 'halt') then v_result.wait
				else greatest(v_result.wait, random() * least(v_result.longest_pause,
					v_result.first_pause * power(2, least(v_result.attempts - 1, 30)))) end,
			v_result.attempts >= v_result.max_attempts, v_result.moved_to, v_result.path);
		v_counts := v_counts || jsonb_build_object(v_said, (v_counts->>v_said)::bigint + 1,
			'late', (v_counts->>'late')::bigint - 1);
	end loop;
	return v_counts;
end
$$;
revoke all on function api.outbox_record(jsonb) from public;
