-- SPDX-License-Identifier: MIT
-- Does:    decides item by item, in memory, what a batch charges: an account's
--          items in their order, each by what the ones before it left over.
--          Numbers the ledger rows of those that are charged, after booking
--          what has expired in such an account.
-- Args:    p_now core.now(), p_answers as of core.meter_odd(), the others as
--          core.meter_resolve() returned them; the rows of credits are locked.
-- Returns: by item: the answer, the new ledger row's id (null: none) and the
--          balance after it; and how many are charged.
-- Touches: credit_lots, credit_transactions (read); by core.lots_expire() more.
create function core.meter_decide(p_now timestamptz, p_users uuid[], p_answers jsonb[], p_costs bigint[],
	p_keys text[], p_hashes bytea[],
	out answers jsonb[], out entries bigint[], out balances bigint[], out charges integer)
language plpgsql volatile as $$
declare
	v_item record;
	v_user uuid;
	v_left bigint;
	v_due boolean;
	v_first bigint; -- the item of this batch that was charged under the same key
	v_firsts bigint[] := array_fill(null::bigint, array[cardinality(p_users)]);
begin
	answers := p_answers;
	entries := v_firsts;
	balances := v_firsts;
	charges := 0;
	for v_item in
		select i.n, i.user_id, i.cost, i.hash, l.available, l.due, t.id as past, t.amount, t.balance, t.request_hash,
			case when i.key is not null then lag(i.n) over (partition by i.user_id, i.key order by i.n) end as twin
		from unnest(p_users, p_costs, p_keys, p_hashes) with ordinality i(user_id, cost, key, hash, n)
		left join (select user_id, sum(remaining) filter (where not late)::bigint as available, bool_or(late) as due
			from (select user_id, remaining, coalesce(expires_at <= p_now, false) as late from credit_lots
				where user_id = any (p_users) and open) o
			group by user_id) l on l.user_id = i.user_id
		left join credit_transactions t on t.user_id = i.user_id and t.idempotency_key = i.key
		where i.user_id is not null
		order by i.user_id, i.n
	loop
		if v_user is distinct from v_item.user_id then
			v_user := v_item.user_id;
			v_left := coalesce(v_item.available, 0);
			v_due := v_item.due;
		end if;
		v_first := case when v_item.twin is not null then v_firsts[v_item.twin] end;
		if v_item.past is not null then
			answers[v_item.n] := case when v_item.request_hash = v_item.hash
				then core.meter_json(v_item.past, -v_item.amount, v_item.balance, true)
				else core.meter_error('idempotency_conflict') end;
		elsif v_first is not null then
			answers[v_item.n] := case when p_hashes[v_first] = v_item.hash
				then core.meter_json(entries[v_first], v_item.cost, balances[v_first], true)
				else core.meter_error('idempotency_conflict') end;
			v_firsts[v_item.n] := v_first;
		elsif v_item.cost is null then
			answers[v_item.n] := core.meter_error('unknown_agent');
		elsif v_left < v_item.cost then
			answers[v_item.n] := core.meter_error('insufficient_credits',
				jsonb_build_object('balance', v_left, 'required', v_item.cost));
		else
			if v_due then
				perform core.lots_expire(v_user, p_now);
				v_due := false;
			end if;
			v_left := v_left - v_item.cost;
			v_firsts[v_item.n] := v_item.n;
			balances[v_item.n] := v_left;
			entries[v_item.n] := nextval('public.credit_transactions_id_seq');
			answers[v_item.n] := core.meter_json(entries[v_item.n], v_item.cost, v_left, false);
			charges := charges + 1;
		end if;
	end loop;
end
$$;
