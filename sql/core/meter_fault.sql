-- SPDX-License-Identifier: MIT
-- Returns: the first field of a meter request that is missing or wrong, or null.
create function core.meter_fault(p_agent text, p_quantity bigint, p_key text, p_metadata jsonb) returns text
language sql immutable as $$
	select case
		when coalesce(p_agent, '') = '' then 'agent'
		when p_quantity not between 1 and 1000000 then 'quantity'
		when length(p_key) not between 1 and 255 then 'idempotency_key'
		when jsonb_typeof(p_metadata) not in ('object', 'null') then 'metadata' end
$$;
