-- SPDX-License-Identifier: MIT
-- Does:    charges the plain accounts of a batch in one statement: those of which
--          every item has a price and a key that is new, whose balance covers them
--          all, and where nothing has expired.  Decides and books as
--          core.meter_decide() and core.meter_book() would, which do the others.
-- Args:    p_now core.now(), p_requests to p_metadata of api.credit_meter_batch(),
--          the others as core.meter_resolve() returned them.
-- Returns: by item: the answer, or null where the account is none of these.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots; credit_holds (read).
create function core.meter_settle(p_now timestamptz, p_requests text[], p_users uuid[], p_balances bigint[],
	p_agents text[], p_quantities bigint[], p_keys text[], p_metadata jsonb[], p_hashes bytea[], p_costs bigint[],
	out answers jsonb[])
language plpgsql volatile as $$
begin
	with item as (
		select i.*, cost is null or key is not null and (count(*) over (partition by user_id, key) > 1
			or exists (select from credit_transactions t where t.user_id = i.user_id and t.idempotency_key = i.key)) as odd
		from unnest(p_users, p_balances, p_costs, p_requests, p_agents, p_quantities, p_keys, p_metadata, p_hashes)
			with ordinality i(user_id, balance, cost, request, agent, quantity, key, metadata, hash, n)
		where user_id is not null
	), live as materialized (
		select ctid, id, user_id, remaining, expires_at <= p_now as late, (sum(remaining) over (partition by user_id
			order by priority, expires_at nulls last, paid, granted_at, id) - remaining)::bigint as before
		from credit_lots where user_id = any (p_users) and open
	), due as (
		select user_id from live where late
		union all
		select user_id from credit_holds where user_id = any (p_users) and state = 'held' and expires_at <= p_now
	), charge as materialized (
		select c.*, nextval('public.credit_transactions_id_seq') as entry
		from (select * from (select i.*, bool_or(odd) over account as unfit, (sum(cost) over account)::bigint as total,
				(sum(cost) over (partition by user_id order by n))::bigint as upto
			from item i window account as (partition by user_id)) w
			where not unfit and total <= balance and user_id <> all (array(select user_id from due)) order by n) c
	), share as materialized (
		select c.entry, l.ctid as place, l.id as lot_id,
			least(c.upto, l.before + l.remaining) - greatest(c.upto - c.cost, l.before) as amount
		from charge c join live l on l.user_id = c.user_id
			and c.upto - c.cost < l.before + l.remaining and l.before < c.upto
	), burnt as (
		-- The rows were just read and nobody else may change them, so no index is asked.
		update credit_lots l set remaining = l.remaining - s.amount
		from (select place, sum(amount)::bigint as amount from share group by place) s
		where l.ctid = s.place
	), wallet as (
		update credits w set balance = w.balance - s.total, updated_at = p_now
		from (select distinct user_id, total from charge) s where w.user_id = s.user_id
	), entry as (
		insert into credit_transactions (id, user_id, type, amount, balance, idempotency_key, request_hash,
			agent, quantity, metadata, request_id, created_at)
		overriding system value
		select entry, user_id, 'usage', -cost, balance - upto, key, hash, agent, coalesce(quantity, 1),
			nullif(metadata, 'null'), request, p_now
		from charge
	), link as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry, lot_id, amount from share where amount > 0
	)
	select array_agg(case when c.n is not null then core.meter_json(c.entry, c.cost, c.balance - c.upto, false) end order by i.n)
	into answers
	from unnest(p_users) with ordinality i(user_id, n) left join charge c on c.n = i.n;
end
$$;
