-- SPDX-License-Identifier: MIT
-- Returns: the language to write to somebody in: what they chose here, else that of
--          their Telegram, as far as we have it, else English.
-- Args:    p_id their number at Telegram, p_code the language_code it came with.
-- Touches: identities, users (read).
create function core.telegram_language(p_id bigint, p_code text) returns text
language sql stable as $$
	select coalesce((select u.language from public.identities i join public.users u on u.id = i.user_id
			where i.kind = 'telegram' and i.subject = p_id::text),
		substring(lower(p_code) from '^(en|es|ru)(?:-|$)'), 'en')
$$;
