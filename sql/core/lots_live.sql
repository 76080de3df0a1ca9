-- SPDX-License-Identifier: MIT
-- Returns: the lots a user can spend from now, remaining as it is once all that
--          has run out is booked: expired lots are left out, and what expired
--          holds took is back and has repaid what is owed.
-- Args:    p_now core.now().
-- Touches: credit_lots, credit_holds (read); when a hold has run out as
--          core.lots_repaid().
-- (A query that is made part of its caller's: as short as that allows.)
create function core.lots_live(p_user uuid, p_now timestamptz) returns table (id bigint, source text, amount bigint,
	remaining bigint, expires_at timestamptz, granted_at timestamptz, priority smallint, paid boolean)
language sql stable as $$
	select l.id, l.source, l.amount, l.remaining, l.expires_at, l.granted_at, l.priority, l.paid
	from public.credit_lots l
	where l.user_id = p_user and l.open and (l.expires_at is null or l.expires_at > p_now) and not exists (select
		from public.credit_holds h where h.user_id = p_user and h.state = 'held' and h.expires_at <= p_now)
	union all
	select l.id, l.source, l.amount, r.remaining, l.expires_at, l.granted_at, l.priority, l.paid
	from core.lots_repaid(p_user, p_now) r join public.credit_lots l on l.id = r.id
	where r.remaining > 0 and (l.expires_at is null or l.expires_at > p_now) and exists (select
		from public.credit_holds h where h.user_id = p_user and h.state = 'held' and h.expires_at <= p_now)
$$;
