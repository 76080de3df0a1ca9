-- SPDX-License-Identifier: MIT
-- Returns: 32 bytes of a SHA-256 in hex, null when it is none.
create function core.hash_or_null(p_hex text) returns bytea
language sql immutable as $$
	select case when p_hex ~* '^[0-9a-f]{64}$' then decode(p_hex, 'hex') end
$$;
