-- SPDX-License-Identifier: MIT
-- Returns: what Telegram last told of somebody: their number there, which is
--          also their chat, and their names; nulls when they never signed in so.
-- Touches: identities (read).
create function core.telegram_names(p_user uuid,
	out telegram_id bigint, out username text, out first_name text, out last_name text)
language sql stable as $$
	select core.bigint_or_null(subject), left(profile->>'username', 255),
		left(profile->>'first_name', 255), left(profile->>'last_name', 255)
	from public.identities
	where kind = 'telegram' and user_id = p_user
	order by created_at limit 1
$$;
