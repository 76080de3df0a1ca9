-- SPDX-License-Identifier: MIT
-- Does:    settles a batch item by item, each in a subtransaction of its own;
--          for the rare batch that makes a user on the way.
-- Args, Touches: as api.credit_meter_batch().
-- Returns: an array of its rows.
create function core.meter_each(p_requests text[], p_callers text[], p_users text[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[])
returns jsonb[]
language plpgsql volatile as $$
declare
	v_answers jsonb[];
	v_detail text;
begin
	for n in 1 .. cardinality(p_callers) loop
		perform set_config('application_name', p_requests[n], true);
		begin
			v_answers[n] := api.credit_meter(p_callers[n]::jsonb, p_users[n], p_agents[n], p_quantities[n], p_keys[n], p_metadata[n]);
		exception when others then
			if sqlstate not like 'GH%' then
				raise;
			end if;
			get stacked diagnostics v_detail = pg_exception_detail;
			v_answers[n] := core.meter_error(sqlerrm, nullif(v_detail, '')::jsonb);
		end;
	end loop;
	return v_answers;
end
$$;
