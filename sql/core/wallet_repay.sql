-- SPDX-License-Identifier: MIT
-- Does:    brings an account to what its payments and their reversals make of
--          it: each clawed payment takes from its own lot first; what is spent
--          already is debt, which lots granted after the money went back repay,
--          the earliest first.  A function of what is known, not of what
--          happened before: when money comes back, the same lots get theirs.
-- Args:    p_user whose row of credits the caller has locked, p_metadata of the
--          ledger row: why.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots.
create function core.wallet_repay(p_user uuid, p_metadata jsonb) returns void
language plpgsql volatile as $$
declare
	v_lots jsonb := '{}'; -- changed lots: id -> what was taken (or given back)
	v_repaid bigint := 0;
	v_owed bigint;
	v_lot record;
	v_lent bigint;
begin
	for v_lot in select * from core.lots_claimable(p_user) loop
		v_lent := greatest(0, least(v_lot.free - v_lot.due,
			core.debt_before(p_user, v_lot.granted_at) - v_repaid));
		v_repaid := v_repaid + v_lent;
		if (v_lot.clawed, v_lot.lent) <> (v_lot.due, v_lent) then
			update credit_lots set clawed = v_lot.due, lent = v_lent, remaining = v_lot.free - v_lot.due - v_lent
			where id = v_lot.id;
			v_lots := v_lots || jsonb_build_object(v_lot.id::text, v_lot.due + v_lent - v_lot.clawed - v_lot.lent);
		end if;
	end loop;
	v_owed := core.debt_before(p_user, 'infinity') - v_repaid;
	perform core.wallet_book(p_user, v_lots, v_owed, p_metadata);
end
$$;
