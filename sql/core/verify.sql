-- SPDX-License-Identifier: MIT
-- Does:    proves on the live database that the numbers are true.  Every check
--          sees the same snapshot: these functions are stable, so one query
--          that calls this one is one moment.  Locks nothing, may take a while.
-- Returns: per check its name, how many rows were checked, how many are wrong,
--          and one of those.
-- Touches: everything (read).
create function core.verify() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select * from core.verify_wallet()
	union all select * from core.verify_ledger()
	union all select * from core.verify_seals()
	union all select * from core.verify_totals()
	union all select * from core.verify_holds()
	union all select * from core.verify_orders()
	union all select * from core.verify_money()
	union all select * from core.verify_seats()
	union all select * from core.verify_rollovers()
	union all select * from core.verify_invitations()
	union all select * from core.verify_notifications()
	union all select * from core.verify_outbox()
	union all select * from core.verify_schema()
$$;
