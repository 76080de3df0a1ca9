-- SPDX-License-Identifier: MIT
-- Does:    reads a whole number a stranger sent, as JSON number or as digits.
-- Returns: the number, null when it is none or beyond 15 digits.
create function core.bigint_or_null(p_text text) returns bigint
language sql immutable as $$
	select case when p_text ~ '^-?[0-9]{1,15}$' then p_text::bigint end
$$;
