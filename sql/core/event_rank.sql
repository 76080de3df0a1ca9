-- SPDX-License-Identifier: MIT
-- Returns: which of two events of one object and one second is the later:
--          created 0, anything between 1, what says that the status changed 2
--          (the other may tell of the status before), deleted 3.
create function core.event_rank(p_event jsonb) returns smallint
language sql immutable as $$
	select (case when p_event->>'type' like '%.created' then 0
		when p_event->>'type' like '%.deleted' then 3
		when p_event#>'{data,previous_attributes,status}' is not null then 2
		else 1 end)::smallint
$$;
