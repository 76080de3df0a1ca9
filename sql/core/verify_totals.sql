-- SPDX-License-Identifier: MIT
-- Returns: the check of the ledger's daily totals, as core.verify().
-- Touches: ledger_totals, ledger_totals_end, credit_transactions (read).
create function core.verify_totals() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'the daily totals are those of the rows', count(*), count(*) filter (where bad), min(name) filter (where bad)
	from (select day || ' ' || type as name,
			(l.rows, l.amount) is distinct from (t.rows, t.amount) as bad
		from public.ledger_totals l full join (
			select (created_at at time zone 'UTC')::date as day, type, count(*) as rows, sum(amount)::bigint as amount
			from public.credit_transactions where id <= (select to_id from public.ledger_totals_end)
			group by 1, 2) t using (day, type)) x
$$;
