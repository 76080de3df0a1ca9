-- SPDX-License-Identifier: MIT
-- Does:    takes credits out of the lots in burn order (as core.credits_burn())
--          and sets them aside in a new hold.  One statement.
-- Args:    p_now core.now(); p_user whose row of credits the caller has locked,
--          whose expired lots are booked and whose balance covers p_cost > 0;
--          p_key and p_hash of the request or null; p_until when it ends.
-- Returns: the hold, with balance: what is left after it.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots, credit_holds.
create function core.hold_take(p_now timestamptz, p_user uuid, p_cost bigint, p_until timestamptz, p_key text,
	p_hash bytea, p_agent text, p_quantity bigint, p_metadata jsonb)
returns table (hold_id uuid, balance bigint)
language plpgsql volatile as $$
begin
	return query with live as (
		select id, remaining, sum(remaining) over (
			order by priority, l.expires_at nulls last, paid, granted_at, id) - remaining as before
		from credit_lots l where l.user_id = p_user and open
	), share as (
		select id, least(remaining, p_cost - before)::bigint as amount from live where before < p_cost
	), taken as (
		update credit_lots l set remaining = l.remaining - s.amount from share s where l.id = s.id
	), wallet as (
		update credits c set balance = c.balance - p_cost, updated_at = p_now
		where c.user_id = p_user
		returning c.balance
	), entry as (
		insert into credit_transactions as t (user_id, type, amount, balance, idempotency_key,
			request_hash, agent, quantity, metadata, request_id, created_at)
		select p_user, 'hold', -p_cost, wallet.balance, p_key, p_hash, p_agent, p_quantity, p_metadata,
			core.request_id(), p_now
		from wallet
		returning t.id, t.balance
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, share.id, share.amount from entry, share
	), hold as (
		insert into credit_holds as h (user_id, transaction_id, amount, created_at, expires_at)
		select p_user, entry.id, p_cost, p_now, p_until from entry
		returning h.id
	)
	select hold.id, entry.balance from hold, entry;
end
$$;
