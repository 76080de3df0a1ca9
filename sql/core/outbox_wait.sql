-- SPDX-License-Identifier: MIT
-- Returns: milliseconds until a channel may have work for another claim, at most a
--          day; null when there is none.
-- Args:    p_channel, p_now core.now().
-- Touches: outbox, outbox_channels (read).
create function core.outbox_wait(p_channel text, p_now timestamptz) returns bigint
language sql stable as $$
	select ceil(extract(epoch from least(p_now + interval '1 day',
		greatest(p_now, o.due_at, c.free_at)) - p_now) * 1000)::bigint
	from outbox_channels c, lateral (
		select due_at from outbox
		where channel = p_channel and done_at is null and dead_at is null
			and (leased_until is null or leased_until <= p_now)
		order by outbox.due_at, id limit 1) o
	where c.channel = p_channel and c.halted_at is null
$$;
