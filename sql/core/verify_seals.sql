-- SPDX-License-Identifier: MIT
-- Returns: the checks of the ledger's seals, as core.verify().
-- Touches: ledger_seals, credit_transactions, transaction_lots (read).
create function core.verify_seals() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each seal continues the one before', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select id::text as row, hash <> core.seal_hash(s)
			or id <> lag(id, 1, 0::bigint) over (order by id) + 1
			or from_id <> lag(to_id, 1, 0::bigint) over (order by id) + 1
			or previous <> lag(hash, 1, decode(repeat('00', 32), 'hex')) over (order by id) as bad
		from public.ledger_seals s) x
	union all
	select 'sealed rows are as they were sealed', coalesce(sum(rows), 0)::bigint, count(*) filter (where bad),
		min(row) filter (where bad)
	from (select 'seal ' || id as row, rows, rows <> cardinality(leaves)
			or root is distinct from core.merkle_root(leaves) as bad
		from public.ledger_seals, core.ledger_leaves(from_id, to_id) leaves) x
$$;
