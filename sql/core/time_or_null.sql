-- SPDX-License-Identifier: MIT
-- Does:    reads a Unix time (seconds) a stranger sent.
-- Returns: the time, null when there is none or it lies beyond the year 5138.
create function core.time_or_null(p_text text) returns timestamptz
language sql immutable as $$
	select case when p_text ~ '^[0-9]{1,11}$' then to_timestamp(p_text::bigint) end
$$;
