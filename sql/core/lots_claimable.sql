-- SPDX-License-Identifier: MIT
-- Returns: the lots of a user that have something unspent, in the order in which
--          they repay: what is unspent (also what went back or was lent before),
--          what of it is due to go back for its own payment, what did so far.
-- Args:    p_ended also what holds that ended by then give back is unspent; null: as booked.
-- Touches: credit_lots, payments (read); as core.holds_back().
create function core.lots_claimable(p_user uuid, p_ended timestamptz) returns table (id bigint,
	granted_at timestamptz, free bigint, due bigint, clawed bigint, lent bigint)
language sql stable as $$
	select l.id, l.granted_at, f.free, least(coalesce(p.clawed, 0), f.free), l.clawed, l.lent
	from public.credit_lots l left join core.holds_back(p_user, p_ended) b on b.lot_id = l.id
		left join public.payments p on p.effect = l.effect and p.user_id = p_user,
		lateral (select l.remaining + l.clawed + l.lent + coalesce(b.amount, 0) as free) f
	where l.user_id = p_user and (l.open or l.clawed > 0 or l.lent > 0 or b.lot_id is not null)
	order by l.granted_at, l.effect, l.id
$$;
