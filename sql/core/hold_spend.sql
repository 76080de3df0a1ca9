-- SPDX-License-Identifier: MIT
-- Does:    spends from the lots a hold had taken from, first those that would
--          have burnt first, even if they have expired since: the credits were
--          taken in time.
-- Args:    p_hold just given back by core.hold_return(); p_amount 1 to all of
--          it; p_key and p_hash of the request or null; p_now core.now().
-- Returns: the ledger row's id.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots.
create function core.hold_spend(p_hold credit_holds, p_amount bigint, p_key text, p_hash bytea, p_now timestamptz)
returns bigint
language plpgsql volatile as $$
declare
	v_id bigint;
begin
	with part as (
		select l.id, k.amount, sum(k.amount) over (
			order by priority, expires_at nulls last, paid, granted_at, l.id) - k.amount as before
		from transaction_lots k join credit_lots l on l.id = k.lot_id
		where k.transaction_id = p_hold.transaction_id
	), share as (
		select id, least(amount, p_amount - before)::bigint as amount from part where before < p_amount
	), burnt as (
		update credit_lots l set remaining = l.remaining - s.amount from share s where l.id = s.id
	), wallet as (
		update credits c set balance = c.balance - p_amount, updated_at = p_now
		where c.user_id = p_hold.user_id
		returning c.balance
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, idempotency_key,
			request_hash, agent, quantity, metadata, request_id, created_at)
		select p_hold.user_id, 'usage', -p_amount, wallet.balance, p_key, p_hash, t.agent, t.quantity,
			t.metadata, core.request_id(), p_now
		from wallet, credit_transactions t where t.id = p_hold.transaction_id
		returning id
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, share.id, share.amount from entry, share
	)
	select id into v_id from entry;
	return v_id;
end
$$;
