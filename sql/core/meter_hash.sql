-- SPDX-License-Identifier: MIT
-- Returns: what tells one meter request from another that has the same key.
create function core.meter_hash(p_agent text, p_quantity bigint, p_metadata jsonb) returns bytea
language sql stable as $$
	select sha256(convert_to(jsonb_build_array(p_agent, p_quantity, p_metadata)::text, 'UTF8'))
$$;
