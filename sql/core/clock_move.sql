-- SPDX-License-Identifier: MIT
-- Does:    moves the clock for everybody and wakes who waits for a time; for
--          tests, owner only.
-- Returns: the time it is now.
-- Touches: clock.
create function core.clock_move(p_by interval) returns timestamptz
language sql volatile as $$
	select pg_catalog.pg_notify('outbox', ''), pg_catalog.pg_notify('jobs', '');
	update public.clock set clock_offset = clock_offset + p_by
	returning pg_catalog.now() + clock_offset
$$;
