-- SPDX-License-Identifier: MIT
-- Returns: the checks of money that went back, as core.verify().
-- Touches: payments, charges, refunds, disputes, credit_lots, credits,
--          credit_transactions, orders, seats (read).
create function core.verify_money() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each payment is reversed as its charges say', count(*), count(*) filter (where bad), min(effect) filter (where bad)
	from (select p.effect, (p.reversed, p.clawed, p.gone) is distinct from (r.reversed, r.clawed, r.gone) as bad
		from (select * from public.payments p where reversed > 0 or clawed > 0 or gone
			or p.id = any (array(select unnest(core.charge_payments(c)) from public.charges c))) p
		cross join core.payment_reversed(p) r) x
	union all
	select 'what was clawed back is taken from lots or owed', count(*), count(*) filter (where bad), min(who) filter (where bad)
	from (select c.user_id::text as who, coalesce(p.clawed, 0) <> coalesce(l.taken, 0) + c.debt as bad
		from public.credits c
		left join (select y.user_id, sum(y.clawed - least(coalesce(o.lapsed, 0), y.clawed - coalesce(o.clawed, 0))) as clawed
			from public.payments y left join public.credit_lots o using (effect)
			where y.clawed > 0 group by 1) p using (user_id)
		left join (select user_id, sum(clawed + lent) as taken from public.credit_lots group by 1) l using (user_id)
		where p.clawed > 0 or l.taken > 0 or c.debt > 0) x
	union all
	select 'no lot gave more than its own payment was reversed', count(*), count(*) filter (where bad), min(lot) filter (where bad)
	from (select l.id::text as lot, l.clawed > coalesce(p.clawed, 0) as bad
		from public.credit_lots l left join public.payments p using (effect)
		where l.clawed > 0) x
	union all
	select 'no lot keeps what is owed', count(*), count(*) filter (where bad), min(lot) filter (where bad)
	from (select l.id::text as lot, l.clawed < p.clawed or c.debt > 0 and l.granted_at >= p.latest as bad
		from public.credits c join public.credit_lots l using (user_id)
		cross join lateral (select coalesce(max(clawed) filter (where effect = l.effect), 0) as clawed,
			max(reversed_at) filter (where clawed > 0) as latest
			from public.payments where user_id = l.user_id) p
		where l.open and p.latest is not null) x
	union all
	select 'the ledger sums to the debt', count(*), count(*) filter (where bad), min(who) filter (where bad)
	from (select c.user_id::text as who, c.debt <> coalesce(t.debt, 0) or coalesce(t.bad, false) as bad
		from public.credits c left join (select user_id, sum(debt) as debt,
				bool_or(debt <> coalesce((metadata->>'debt')::bigint, 0)) filter (where type = 'refund') as bad
			from public.credit_transactions group by 1) t using (user_id)) x
	union all
	select 'a refunded order has no seat', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select o.id::text, not exists (select from public.seat_revocations r
				where r.order_id = o.id and r.lifted_at is null)
			or exists (select from public.seats s where s.order_id = o.id and s.state <> 'revoked') as bad
		from public.orders o where o.status = 'refunded' and o.settled_at is not null and o.discord
			and exists (select from public.payments p where p.gone
				and (p.order_id = o.id or p.subscription_id = o.subscription_id))) x
$$;
