-- SPDX-License-Identifier: MIT
-- Returns: the checks of the ledger's rows, as core.verify().
-- Touches: credits, credit_transactions, transaction_lots, credit_lots (read).
create function core.verify_ledger() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each ledger row continues the one before', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select id::text as row, balance <> amount
			+ lag(balance, 1, 0::bigint) over (partition by user_id order by id) as bad
		from public.credit_transactions) x
	union all
	select 'each debit is paid by lots', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select id::text as row, abs(t.amount) <> coalesce(k.total, 0) as bad
		from public.credit_transactions t left join (select transaction_id, sum(amount) as total
			from public.transaction_lots group by 1) k on k.transaction_id = id
		where type in ('usage', 'expiry', 'hold', 'hold_capture', 'hold_void')) x
	union all
	select 'each grant has its lot, each lot its grant', count(*), count(*) filter (where bad), min(effect) filter (where bad)
	from (select coalesce(t.effect, l.effect) as effect, t.amount is distinct from l.amount as bad
		from (select effect, amount from public.credit_transactions
			where type in ('trial', 'purchase', 'subscription', 'bonus', 'rollover')) t
		full join (select effect, amount from public.credit_lots
			where source in ('trial', 'purchase', 'subscription', 'bonus', 'rollover')) l using (effect)) x
	union all
	select 'each ledger row has its account', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select t.id::text as row, c.user_id is null as bad
		from public.credit_transactions t left join public.credits c using (user_id)) x
	union all
	select 'each link names a ledger row and a lot', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select k.transaction_id::text as row, t.id is null or l.id is null as bad
		from public.transaction_lots k left join public.credit_transactions t on t.id = k.transaction_id
		left join public.credit_lots l on l.id = k.lot_id) x
$$;
