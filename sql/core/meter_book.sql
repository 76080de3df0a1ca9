-- SPDX-License-Identifier: MIT
-- Does:    books the charges of a batch in one statement: takes the credits
--          from the lots (in the order of core.credits_burn()), writes the
--          ledger rows, links them to the lots that paid, and notes the day of
--          activity as core.activity_note() does.
-- Args:    as core.meter_resolve() and core.meter_decide() returned them; items
--          without an entry are left alone.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots, user_activity.
create function core.meter_book(p_now timestamptz, p_requests text[], p_users uuid[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[], p_hashes bytea[], p_costs bigint[],
	p_entries bigint[], p_balances bigint[])
returns void
language plpgsql volatile as $$
begin
	with charge as materialized (
		select user_id, cost, entry, balance, sum(cost) over (partition by user_id order by n) - cost as before,
			request, agent, coalesce(quantity, 1) as quantity, key, nullif(metadata, 'null') as metadata, hash, n
		from unnest(p_users, p_costs, p_entries, p_balances, p_requests, p_agents, p_quantities, p_keys, p_metadata, p_hashes)
			with ordinality i(user_id, cost, entry, balance, request, agent, quantity, key, metadata, hash, n)
		where entry is not null
	), live as (
		select id, user_id, remaining, sum(remaining) over (partition by user_id
			order by priority, expires_at nulls last, paid, granted_at, id) - remaining as before
		from credit_lots where user_id = any (p_users) and open
	), share as materialized (
		select c.entry, l.id as lot_id,
			(least(c.before + c.cost, l.before + l.remaining) - greatest(c.before, l.before))::bigint as amount
		from charge c join live l on l.user_id = c.user_id
			and c.before < l.before + l.remaining and l.before < c.before + c.cost
	), burnt as (
		update credit_lots l set remaining = l.remaining - s.amount
		from (select lot_id, sum(amount)::bigint as amount from share group by lot_id) s
		where l.id = s.lot_id
	), spent as materialized (
		select s.user_id, s.cost, s.today, w.active_on is distinct from s.today as fresh
		from (select c.user_id, sum(c.cost)::bigint as cost, (p_now at time zone min(u.time_zone))::date as today
			from charge c join users u on u.id = c.user_id group by c.user_id) s
		join credits w on w.user_id = s.user_id
	), wallet as (
		update credits w set balance = w.balance - s.cost, updated_at = p_now, active_on = s.today
		from spent s where w.user_id = s.user_id
	), day as (
		insert into user_activity (user_id, activity_date)
		select user_id, today from spent where fresh on conflict do nothing
	), entry as (
		insert into credit_transactions (id, user_id, type, amount, balance, idempotency_key, request_hash,
			agent, quantity, metadata, request_id, created_at)
		overriding system value
		select entry, user_id, 'usage', -cost, balance, key, hash, agent, quantity, metadata, request, p_now
		from charge
	)
	insert into transaction_lots (transaction_id, lot_id, amount) select entry, lot_id, amount from share where amount > 0;
end
$$;
