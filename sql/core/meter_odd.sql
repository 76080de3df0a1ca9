-- SPDX-License-Identifier: MIT
-- Does:    settles those items of a batch that core.meter_settle() left, if their
--          accounts are ours: replays, refusals, what has expired.
-- Args:    p_answers by item: settled, refused, or null for those to do; the others
--          as of core.meter_settle().
-- Returns: the answers, null where the account was left out.
-- Touches: as core.meter_charge(); credit_holds that have run out.
create function core.meter_odd(p_now timestamptz, p_answers jsonb[], p_requests text[], p_users uuid[],
	p_agents text[], p_quantities bigint[], p_keys text[], p_metadata jsonb[], p_hashes bytea[], p_costs bigint[])
returns jsonb[]
language plpgsql volatile as $$
declare
	v_users uuid[] := array(select case when answer is null then user_id end
		from unnest(p_users, p_answers) with ordinality i(user_id, answer, n) order by n);
	v_done record;
begin
	perform core.holds_expire(h.user_id, p_now) from (select distinct user_id from credit_holds
		where user_id = any (v_users) and state = 'held' and expires_at <= p_now) h;
	v_done := core.meter_decide(p_now, v_users, p_answers, p_costs, p_keys, p_hashes);
	if v_done.charges > 0 then
		perform core.meter_book(p_now, p_requests, v_users, p_agents, p_quantities, p_keys, p_metadata,
			p_hashes, p_costs, v_done.entries, v_done.balances);
	end if;
	return v_done.answers;
end
$$;
