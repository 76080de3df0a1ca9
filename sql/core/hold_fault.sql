-- SPDX-License-Identifier: MIT
-- Returns: the first field of a request for a hold that is missing or wrong, or
--          null.  The credits are either said (amount) or an agent's price times
--          quantity; expires_in is seconds, 24 hours at most.
create function core.hold_fault(p_agent text, p_quantity bigint, p_amount bigint, p_key text,
	p_expires_in bigint, p_metadata jsonb) returns text
language sql immutable as $$
	select case
		when p_amount is null and coalesce(p_agent, '') = '' then 'amount'
		when p_amount not between 1 and 1000000 then 'amount'
		when p_quantity not between 1 and 1000000 then 'quantity'
		when p_quantity is not null and p_amount is not null then 'quantity'
		when length(p_key) not between 1 and 255 then 'idempotency_key'
		when p_expires_in not between 1 and 86400 then 'expires_in'
		when jsonb_typeof(p_metadata) not in ('object', 'null') then 'metadata' end
$$;
