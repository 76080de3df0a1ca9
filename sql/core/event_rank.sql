-- SPDX-License-Identifier: MIT
-- Returns: which of two events of one object and one second is the later:
--          created 0, anything between 1, deleted 2.
create function core.event_rank(p_type text) returns smallint
language sql immutable as $$
	select (case when p_type like '%.created' then 0 when p_type like '%.deleted' then 2 else 1 end)::smallint
$$;
