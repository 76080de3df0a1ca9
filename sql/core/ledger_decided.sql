-- SPDX-License-Identifier: MIT
-- Does:    waits, five seconds at most, until every transaction of this database
--          that runs now has ended: a row with a lower id than one we see may still be in one
--          of them.  (A transaction holds the lock on its virtual id to its end.)
-- Returns: whether they have.
-- Touches: pg_locks, pg_stat_activity (read).
create function core.ledger_decided() returns boolean
language plpgsql volatile as $$
declare
	v_running text[] := array(select l.virtualtransaction
		from pg_locks l join pg_stat_activity a using (pid)
		where locktype = 'virtualxid' and granted and datname = current_database() and pid <> pg_backend_pid());
begin
	for i in 1 .. 500 loop
		if not exists (select from pg_locks where locktype = 'virtualxid' and granted
			and virtualtransaction = any (v_running)) then
			return true;
		end if;
		perform pg_sleep(0.01);
	end loop;
	return false;
end
$$;
