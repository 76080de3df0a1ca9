-- SPDX-License-Identifier: MIT
-- Returns: 32 bytes of a SHA-256 in hex, null when it is none.
-- (Every request asks it, and a counted repetition makes an expression five times as dear.)
create function core.hash_or_null(p_hex text) returns bytea
language sql immutable as $$
	select case when length(p_hex) = 64 and p_hex !~ '[^0-9a-fA-F]' then decode(p_hex, 'hex') end
$$;
