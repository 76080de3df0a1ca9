-- SPDX-License-Identifier: MIT
-- Does:    locks work of a channel that is due and that nobody else has.
-- Args:    p_channel, p_now core.now(), p_limit at most so many.
-- Returns: the rows, the oldest first.
-- Touches: outbox (locked).
create function core.outbox_due(p_channel text, p_now timestamptz, p_limit integer) returns setof outbox
language sql volatile as $$
	select * from outbox
	where channel = p_channel and done_at is null and dead_at is null and due_at <= p_now
		and (leased_until is null or leased_until <= p_now)
	order by due_at, id limit p_limit for no key update skip locked
$$;
