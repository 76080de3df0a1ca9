-- SPDX-License-Identifier: MIT
-- Does:    gives all that a hold took back to the lots it came from, each with
--          its own expiry.  The caller settles the hold and books what expired.
-- Args:    p_hold whose user's row of credits the caller has locked; p_type
--          hold_capture or hold_void; p_now core.now().
-- Returns: the ledger row's id.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots.
create function core.hold_return(p_hold credit_holds, p_type text, p_now timestamptz) returns bigint
language plpgsql volatile as $$
declare
	v_id bigint;
begin
	with part as (
		select lot_id, amount from transaction_lots where transaction_id = p_hold.transaction_id
	), back as (
		update credit_lots l set remaining = l.remaining + part.amount from part where l.id = part.lot_id
	), wallet as (
		update credits c set balance = c.balance + p_hold.amount, updated_at = p_now
		where c.user_id = p_hold.user_id
		returning c.balance
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, agent, request_id, created_at)
		select p_hold.user_id, p_type, p_hold.amount, wallet.balance, t.agent, core.request_id(), p_now
		from wallet, credit_transactions t where t.id = p_hold.transaction_id
		returning id
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, part.lot_id, part.amount from entry, part
	)
	select id into v_id from entry;
	return v_id;
end
$$;
