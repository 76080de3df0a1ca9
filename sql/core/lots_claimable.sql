-- SPDX-License-Identifier: MIT
-- Returns: the lots of a user that have something unspent, in the order in which
--          they repay: what is unspent (also what went back or was lent before),
--          what of it is due to go back for its own payment, what did so far.
-- Touches: credit_lots, payments (read).
create function core.lots_claimable(p_user uuid) returns table (id bigint, granted_at timestamptz,
	free bigint, due bigint, clawed bigint, lent bigint)
language sql stable as $$
	select l.id, l.granted_at, l.remaining + l.clawed + l.lent,
		least(coalesce(p.clawed, 0), l.remaining + l.clawed + l.lent), l.clawed, l.lent
	from public.credit_lots l left join public.payments p on p.effect = l.effect and p.user_id = p_user
	where l.user_id = p_user and (l.open or l.clawed > 0 or l.lent > 0)
	order by l.granted_at, l.effect, l.id
$$;
