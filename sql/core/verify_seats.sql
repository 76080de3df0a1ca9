-- SPDX-License-Identifier: MIT
-- Returns: the checks of seats and invites, as core.verify().
-- Touches: seats, invites_pool, pool_head (read).
create function core.verify_seats() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each seat holds an invite marked for it', count(*), count(*) filter (where bad), min(ref) filter (where bad)
	from (select s.order_ref as ref, i.used_at is null or i.used_by is distinct from s.order_ref as bad
		from public.seats s join public.invites_pool i on i.id = s.invite_id) x
	union all
	select 'no seat was given more invites than were replaced', count(*), count(*) filter (where bad), min(ref) filter (where bad)
	from (select s.order_ref as ref, count(*) > s.reissued + 1 as bad
		from public.seats s join public.invites_pool i on i.used_by = s.order_ref
		group by s.id) x
	union all
	select 'nobody waits while there is stock', count(*), count(*) filter (where bad), min(ref) filter (where bad)
	from (select order_ref as ref, exists (select from public.invites_pool
			where used_at is null and (expires_at is null or expires_at > core.now())) as bad
		from public.seats where state = 'owed' and asked_at is not null) x
	union all
	select 'no unused invite is behind the head of the pool', count(*), count(*) filter (where bad), min(code) filter (where bad)
	from (select i.code, (i.created_at, i.id) < (h.created_at, h.id) as bad
		from public.invites_pool i, public.pool_head h where i.used_at is null) x
$$;
