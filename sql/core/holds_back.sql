-- SPDX-License-Identifier: MIT
-- Returns: what holds of a user that have run out, but are not booked yet, will
--          give back to each lot.
-- Args:    p_ended core.now(); null: of none.
-- Touches: credit_holds, transaction_lots (read).
create function core.holds_back(p_user uuid, p_ended timestamptz) returns table (lot_id bigint, amount bigint)
language sql stable as $$
	select k.lot_id, sum(k.amount)::bigint
	from public.credit_holds h join public.transaction_lots k on k.transaction_id = h.transaction_id
	where h.user_id = p_user and h.state = 'held' and h.expires_at <= p_ended
	group by 1
$$;
