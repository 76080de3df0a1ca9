-- SPDX-License-Identifier: MIT
-- Returns: when a job that is due every p_every, p_at after the beginning, is due
--          next after p_now.
create function core.job_next(p_every interval, p_at interval, p_now timestamptz) returns timestamptz
language sql immutable as $$
	select date_bin(p_every, p_now - p_at, '2000-01-01 00:00:00+00'::timestamptz) + p_every + p_at
$$;
