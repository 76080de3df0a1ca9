-- SPDX-License-Identifier: MIT
-- Returns: names to keep with a Telegram identity, {first_name, last_name, username,
--          photo_url}: all of them, so that names given up do not stay.
-- Args:    p_names the widget's fields, a User of the Bot API, or the claims of an id
--          token, which knows one whole name and preferred_username.
create function core.telegram_profile(p_names jsonb) returns jsonb
language sql immutable as $$
	select jsonb_build_object(
		'first_name', left(coalesce(p_names->>'first_name', p_names->>'given_name', p_names->>'name'), 255),
		'last_name', left(coalesce(p_names->>'last_name', p_names->>'family_name'), 255),
		'username', left(coalesce(p_names->>'username', p_names->>'preferred_username'), 255),
		'photo_url', left(coalesce(p_names->>'photo_url', p_names->>'picture'), 1000))
$$;
