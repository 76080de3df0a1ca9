-- SPDX-License-Identifier: MIT
-- Returns: what the payments of an account and their reversals make of its lots:
--          each clawed payment takes from its own lot first; what is spent already
--          is debt, which lots granted after the money went back repay, the
--          earliest first.  A function of what is known, not of what happened
--          before: when money comes back, the same lots get theirs.  Of each lot
--          what goes back (clawed), what it lends, what remains, and what of that
--          is not booked yet (taken; negative: put back; changed).
-- Args:    p_ended as of core.lots_claimable().
-- Touches: as core.lots_claimable() and core.debt_before().
create function core.lots_repaid(p_user uuid, p_ended timestamptz) returns table (id bigint, clawed bigint,
	lent bigint, remaining bigint, taken bigint, changed boolean)
language plpgsql stable rows 20 as $$
declare
	v_repaid bigint := 0;
	v_lot record;
begin
	for v_lot in select * from core.lots_claimable(p_user, p_ended) loop
		id := v_lot.id;
		clawed := v_lot.due;
		lent := greatest(0, least(v_lot.free - v_lot.due,
			core.debt_before(p_user, v_lot.granted_at, p_ended) - v_repaid));
		v_repaid := v_repaid + lent;
		remaining := v_lot.free - clawed - lent;
		taken := clawed + lent - v_lot.clawed - v_lot.lent;
		changed := (v_lot.clawed, v_lot.lent) <> (clawed, lent);
		return next;
	end loop;
end
$$;
