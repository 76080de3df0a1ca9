-- SPDX-License-Identifier: MIT
-- Does:    brings an account to what its payments and their reversals make of
--          it, as core.lots_repaid() says.
-- Args:    p_user whose row of credits the caller has locked, p_metadata of the
--          ledger row: why.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots.
create function core.wallet_repay(p_user uuid, p_metadata jsonb) returns void
language plpgsql volatile as $$
declare
	v_owed bigint := core.debt_left(p_user, null);
	v_lots jsonb; -- changed lots: id -> what was taken (or given back)
begin
	with repaid as materialized (
		select * from core.lots_repaid(p_user, null) where changed
	), moved as (
		update credit_lots l set clawed = r.clawed, lent = r.lent, remaining = r.remaining from repaid r where l.id = r.id
	)
	select coalesce(jsonb_object_agg(id, taken), '{}') into v_lots from repaid;
	perform core.wallet_book(p_user, v_lots, v_owed, p_metadata);
end
$$;
