-- SPDX-License-Identifier: MIT
-- Returns: the checks of the outbox, as core.verify().
-- Touches: outbox (read).
create function core.verify_outbox() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each message is open, through or given up', count(*), count(*) filter (where bad), min(id) filter (where bad)::text
	from (select id, num_nonnulls(done_at, dead_at) > 1 or (outcome is null) <> (num_nonnulls(done_at, dead_at) = 0) as bad
		from public.outbox) x
	union all
	select 'each lease is of an open message that was taken', count(*), count(*) filter (where bad), min(id) filter (where bad)::text
	from (select id, leased_until is not null and (claims = 0 or attempts = 0 or num_nonnulls(done_at, dead_at) > 0) as bad
		from public.outbox) x
$$;
