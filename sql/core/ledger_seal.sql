-- SPDX-License-Identifier: MIT
-- Does:    seals the ledger rows that are not sealed yet, without locking
--          anybody out.  Rows that may still get a neighbour below them from a
--          transaction under way are left to the next run.  Owner only.
-- Args:    p_rows of one seal, at most.
-- Returns: rows sealed; null: a transaction ran for too long, nothing was done.
-- Touches: ledger_seals, and what core.ledger_total() touches; credit_transactions, transaction_lots (read).
create function core.ledger_seal(p_rows bigint default 4096) returns bigint
language plpgsql volatile as $$
declare
	v_last ledger_seals;
	v_seal ledger_seals;
	v_end bigint := (select max(id) from credit_transactions);
	v_total bigint := 0;
begin
	perform pg_advisory_xact_lock(3, 0);
	if not core.ledger_decided() then
		return null;
	end if;
	perform core.ledger_total(v_end);
	loop
		select * into v_last from ledger_seals order by id desc limit 1;
		select min(id), max(id), count(*) into v_seal.from_id, v_seal.to_id, v_seal.rows
		from (select id from credit_transactions where id > coalesce(v_last.to_id, 0) and id <= v_end
			order by id limit p_rows) x;
		exit when v_seal.rows = 0;
		v_seal.id := coalesce(v_last.id, 0) + 1;
		v_seal.from_id := coalesce(v_last.to_id, 0) + 1; -- also the gap is sealed
		v_seal.root := core.merkle_root(core.ledger_leaves(v_seal.from_id, v_seal.to_id));
		v_seal.previous := coalesce(v_last.hash, decode(repeat('00', 32), 'hex'));
		v_seal.hash := core.seal_hash(v_seal);
		v_seal.sealed_at := core.now();
		insert into ledger_seals select v_seal.*;
		v_total := v_total + v_seal.rows;
	end loop;
	return v_total;
end
$$;
