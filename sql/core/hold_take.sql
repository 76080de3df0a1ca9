-- SPDX-License-Identifier: MIT
-- Does:    takes credits out of the lots by core.credits_burn() and sets them
--          aside in a new hold.
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
	return query with taken as (
		select b.transaction_id, b.balance_after
		from core.credits_burn('hold', p_now, p_user, p_cost, p_key, p_hash, p_agent, p_quantity, p_metadata) b
	), hold as (
		insert into credit_holds as h (user_id, transaction_id, amount, created_at, expires_at)
		select p_user, taken.transaction_id, p_cost, p_now, p_until from taken
		returning h.id
	)
	select hold.id, taken.balance_after from hold, taken;
end
$$;
