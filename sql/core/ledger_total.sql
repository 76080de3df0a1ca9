-- SPDX-License-Identifier: MIT
-- Does:    adds the ledger rows that are not summed yet to the daily totals.
-- Args:    p_end the last id; every transaction that may still write a row up to
--          it has ended (core.ledger_decided).
-- Touches: ledger_totals, ledger_totals_end; credit_transactions (read).
create function core.ledger_total(p_end bigint) returns void
language plpgsql volatile as $$
declare
	v_last bigint := (select to_id from ledger_totals_end for update);
begin
	insert into ledger_totals as l (day, type, rows, amount)
	select (created_at at time zone 'UTC')::date, type, count(*), sum(amount)
	from credit_transactions where id > v_last and id <= p_end
	group by 1, 2
	on conflict (day, type) do update set rows = l.rows + excluded.rows, amount = l.amount + excluded.amount;
	update ledger_totals_end set to_id = p_end where to_id < p_end;
end
$$;
