-- SPDX-License-Identifier: MIT
-- Returns: a whole number from 0 to fifteen digits, as Telegram's ids are (52 bits at
--          most), or null for any other value.
create function core.telegram_number(p_value jsonb) returns bigint
language sql immutable as $$
	select case when jsonb_typeof(p_value) = 'number' and p_value::text ~ '^[0-9]{1,15}$' then p_value::text::bigint end
$$;
