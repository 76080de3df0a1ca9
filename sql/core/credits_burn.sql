-- SPDX-License-Identifier: MIT
-- Does:    takes credits from the lots in burn order (priority, earliest
--          expiry, granted before paid, oldest), writes the ledger row and
--          links it to each lot that paid.  One statement.
-- Args:    p_type usage or hold; p_now core.now(); p_user whose row of credits the caller has locked,
--          whose expired lots are booked and whose balance covers p_cost >= 0;
--          p_key and p_hash of the request or null; p_agent, p_quantity, p_metadata.
-- Returns: the ledger row's id and the balance after.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots.
create function core.credits_burn(p_type text, p_now timestamptz, p_user uuid, p_cost bigint, p_key text, p_hash bytea,
	p_agent text, p_quantity bigint, p_metadata jsonb, out transaction_id bigint, out balance_after bigint)
language plpgsql volatile as $$
begin
	with live as (
		select id, remaining, sum(remaining) over (
			order by priority, expires_at nulls last, paid, granted_at, id) - remaining as before
		from credit_lots where user_id = p_user and open
	), share as (
		select id, least(remaining, p_cost - before)::bigint as amount from live where before < p_cost
	), burnt as (
		update credit_lots l set remaining = l.remaining - s.amount from share s where l.id = s.id
	), wallet as (
		update credits c set balance = c.balance - p_cost, updated_at = p_now
		where c.user_id = p_user
		returning c.balance
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, idempotency_key,
			request_hash, agent, quantity, metadata, request_id, created_at)
		select p_user, p_type, -p_cost, wallet.balance, p_key, p_hash, p_agent, p_quantity, p_metadata,
			core.request_id(), p_now
		from wallet
		returning id, balance
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, share.id, share.amount from entry, share
	)
	select id, balance into transaction_id, balance_after from entry;
end
$$;
