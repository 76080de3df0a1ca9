-- SPDX-License-Identifier: MIT
-- Does:    moves the clock for everybody; for tests, owner only.
-- Returns: the time it is now.
-- Touches: clock.
create function core.clock_move(p_by interval) returns timestamptz
language sql volatile as $$
	update public.clock set clock_offset = clock_offset + p_by
	returning pg_catalog.now() + clock_offset
$$;
