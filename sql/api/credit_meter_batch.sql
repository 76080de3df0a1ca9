-- SPDX-License-Identifier: MIT
-- Does:    what api.credit_meter() does for each item, in order, in one
--          transaction and a handful of statements.  An item that is refused
--          changes nothing and leaves the others alone.  An account that somebody
--          else has locked is left out: nobody waits for it but its own callers.
-- Args:    arrays of one length, an item at each place: p_requests the items'
--          request ids, the others as the arguments of api.credit_meter().
-- Returns: a row for each item, in their order: the answer of api.credit_meter(), or
--          {"error":name,"detail":object|null} where that would raise, or null
--          where the account was left out: ask api.credit_meter().
-- Raises:  nothing of its own.
-- Touches: as api.credit_meter(); credit_holds that have run out.
-- (One plan for batches of any length: else PostgreSQL, who takes a short array for
-- a cheaper plan, plans again at each call, which is dearer than the work.)
create function api.credit_meter_batch(p_requests text[], p_callers text[], p_users text[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[])
returns setof jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
	v_now timestamptz := core.now();
	v_items record := core.meter_resolve(v_now, p_callers, p_users, p_agents, p_quantities, p_keys, p_metadata);
	v_answers jsonb[];
begin
	if v_items.strangers then
		return query select unnest(core.meter_each(p_requests, p_callers, p_users, p_agents, p_quantities, p_keys, p_metadata));
		return;
	end if;
	v_answers := core.meter_settle(v_now, p_requests, v_items.users, v_items.balances, p_agents, p_quantities, p_keys, p_metadata,
		v_items.hashes, v_items.costs);
	if true = any (v_items.idle) then
		perform core.activity_note(i.user_id, v_now) from (select distinct user_id
			from unnest(v_items.users, v_items.idle, v_answers) i(user_id, idle, answer) where idle and answer is not null) i;
	end if;
	if array_position(v_answers, null) is not null then
		v_answers := core.meter_odd(v_now, array(select coalesce(a, r) from unnest(v_answers, v_items.refusals)
			with ordinality i(a, r, n) order by n), p_requests, v_items.users, p_agents, p_quantities, p_keys, p_metadata,
			v_items.hashes, v_items.costs);
	end if;
	return query select unnest(v_answers);
end
$$;
revoke all on function api.credit_meter_batch(text[], text[], text[], text[], bigint[], text[], jsonb[]) from public;
