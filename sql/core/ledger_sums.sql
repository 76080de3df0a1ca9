-- SPDX-License-Identifier: MIT
-- Returns: total, what all ledger rows sum to, and spent, the usage of the UTC
--          day (positive): the daily totals and the rows that came since.
-- Touches: ledger_totals, ledger_totals_end, credit_transactions (read).
create function core.ledger_sums(out total numeric, out spent numeric)
language plpgsql stable as $$
declare
	v_today date := (core.now() at time zone 'UTC')::date;
begin
	select coalesce(sum(amount), 0), coalesce(-sum(amount) filter (where type = 'usage' and day >= v_today), 0)
	into total, spent
	from (select day, type, amount from ledger_totals
		union all
		select (created_at at time zone 'UTC')::date, type, amount
		from credit_transactions where id > (select to_id from ledger_totals_end)) l;
end
$$;
