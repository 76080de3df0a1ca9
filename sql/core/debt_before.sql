-- SPDX-License-Identifier: MIT
-- Returns: the credits that payments reversed by that moment owe beyond what is
--          left of their own lots: what of them was spent.  What ran out unspent
--          is owed by nobody.
-- Args:    p_ended as of core.lots_claimable().
-- Touches: payments, credit_lots (read); as core.holds_back().
create function core.debt_before(p_user uuid, p_before timestamptz, p_ended timestamptz) returns bigint
language sql stable as $$
	select coalesce(sum(greatest(0, p.clawed
		- coalesce(l.remaining + l.clawed + l.lent + l.lapsed + coalesce(b.amount, 0), 0))), 0)::bigint
	from public.payments p left join public.credit_lots l on l.effect = p.effect
		left join core.holds_back(p_user, p_ended) b on b.lot_id = l.id
	where p.user_id = p_user and p.clawed > 0 and p.reversed_at <= p_before
$$;
