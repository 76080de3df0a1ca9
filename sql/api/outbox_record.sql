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
	v_faults jsonb := '{}';
	v_result record;
begin
	perform core.outbox_heed(v_now, p_results);
	if p_results @? '$[*] ? (exists (@.answer) || @.fate == "refused")' then
		for v_result in select * from core.outbox_results(p_results) where apply is not null and fate in ('done', 'refused') loop
			v_faults := v_faults || jsonb_strip_nulls(jsonb_build_object(v_result.id,
				core.outbox_answer(v_result.apply, v_result.id, v_result.status, v_result.answer)));
		end loop;
	end if;
	return core.outbox_settle(v_now, p_results, v_faults);
end
$$;
revoke all on function api.outbox_record(jsonb) from public;
