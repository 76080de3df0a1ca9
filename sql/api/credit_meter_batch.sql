-- SPDX-License-Identifier: MIT
-- Does:    what api.credit_meter() does for each item, in order, in one
--          transaction and a handful of statements.  An item that is refused
--          changes nothing and leaves the others alone.  An account that somebody
--          else has locked is left out: nobody waits for it but its own callers.
-- Args:    arrays of one length, an item at each place: p_requests the items'
--          request ids, the others as the arguments of api.credit_meter().
-- Returns: an array, item by item: the answer of api.credit_meter(), or
--          {"error":name,"detail":object|null} where that would raise, or null
--          where the account was left out: ask api.credit_meter().
-- Raises:  nothing of its own.
-- Touches: as api.credit_meter(); credit_holds that have run out.
-- (One plan for batches of any length: else PostgreSQL, who takes a short array for
-- a cheaper plan, plans again at each call, which is dearer than the work.)
create function api.credit_meter_batch(p_requests text[], p_callers text[], p_users text[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[])
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
	v_now timestamptz := core.now();
	v_items record := core.meter_resolve(v_now, p_callers, p_users, p_agents, p_quantities, p_keys, p_metadata);
	v_done record;
begin
	with held as materialized (
		select user_id from credits where user_id = any (v_items.users) order by user_id for no key update skip locked
	)
	select array_agg(h.user_id order by i.n) into v_items.users
	from unnest(v_items.users) with ordinality i(user_id, n) left join held h on h.user_id = i.user_id;
	if v_items.strangers then
		return core.meter_each(p_requests, p_callers, p_users, p_agents, p_quantities, p_keys, p_metadata);
	end if;
	perform core.holds_expire(h.user_id, v_now) from (select distinct user_id from credit_holds
		where user_id = any (v_items.users) and state = 'held' and expires_at <= v_now) h;
	v_done := core.meter_decide(v_now, v_items.users, v_items.refusals, v_items.costs, p_keys, v_items.hashes);
	if v_done.charges > 0 then
		perform core.meter_book(v_now, p_requests, v_items.users, p_agents, p_quantities, p_keys, p_metadata,
			v_items.hashes, v_items.costs, v_done.entries, v_done.balances);
	end if;
	return to_jsonb(v_done.answers);
end
$$;
revoke all on function api.credit_meter_batch(text[], text[], text[], text[], bigint[], text[], jsonb[]) from public;
