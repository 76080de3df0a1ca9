-- SPDX-License-Identifier: MIT
-- Returns: the length of a text as Telegram counts it, in UTF-16 code units.
create function core.utf16_length(p_text text) returns integer
language sql immutable as $$
	select length(p_text) + length(regexp_replace(p_text, '[^\U00010000-\U0010FFFF]', '', 'g'))
$$;
