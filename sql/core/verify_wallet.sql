-- SPDX-License-Identifier: MIT
-- Returns: the checks of balances and lots, as core.verify().
-- Touches: credits, credit_lots, credit_transactions, transaction_lots (read).
create function core.verify_wallet() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'lots sum to the balance', count(*), count(*) filter (where bad), min(who) filter (where bad)
	from (select user_id::text as who, c.balance <> coalesce(l.total, 0) as bad
		from public.credits c left join (select user_id, sum(remaining) as total
			from public.credit_lots group by 1) l using (user_id)) x
	union all
	select 'the ledger sums to the balance', count(*), count(*) filter (where bad), min(who) filter (where bad)
	from (select user_id::text as who, c.balance <> coalesce(t.total, 0) as bad
		from public.credits c left join (select user_id, sum(amount) as total
			from public.credit_transactions group by 1) t using (user_id)) x
	union all
	select 'what left a lot is linked to debits', count(*), count(*) filter (where bad), min(lot) filter (where bad)
	from (select id::text as lot, amount - remaining <> coalesce(k.total, 0) as bad
		from public.credit_lots left join (select k.lot_id, sum(case when t.type = 'refund' then k.amount
				else -sign(t.amount) * k.amount end) as total
			from public.transaction_lots k join public.credit_transactions t on t.id = k.transaction_id
			group by 1) k on k.lot_id = id) x
	union all
	select 'what lapsed of a lot is what expiries took', count(*), count(*) filter (where bad), min(lot) filter (where bad)
	from (select id::text as lot, lapsed <> coalesce(k.total, 0) as bad
		from public.credit_lots left join (select k.lot_id, sum(k.amount) as total
			from public.transaction_lots k join public.credit_transactions t on t.id = k.transaction_id
			where t.type = 'expiry' group by 1) k on k.lot_id = id
		where lapsed > 0 or k.total > 0) x
$$;
