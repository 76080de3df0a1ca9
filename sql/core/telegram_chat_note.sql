-- SPDX-License-Identifier: MIT
-- Does:    notes whether somebody lets the bot write, and their names.  What an older
--          update says changes nothing.
-- Args:    p_from a User of the Bot API, p_blocked, p_date its date (unix seconds) in
--          the update, p_update the update's id.
-- Returns: whether that was news.
-- Touches: telegram_chats.
create function core.telegram_chat_note(p_from jsonb, p_blocked boolean, p_date jsonb, p_update bigint)
returns boolean
language plpgsql volatile as $$
declare
	v_at timestamptz := least(coalesce(core.time_or_null(p_date::text), core.now()), core.now() + interval '1 day');
begin
	insert into telegram_chats as c (telegram_id, blocked, first_name, last_name, username, language, changed_at, changed_by)
	values (core.telegram_number(p_from->'id'), p_blocked, left(p_from->>'first_name', 255), left(p_from->>'last_name', 255),
		left(p_from->>'username', 255), left(p_from->>'language_code', 35), v_at, p_update)
	on conflict (telegram_id) do update set blocked = excluded.blocked, first_name = excluded.first_name,
		last_name = excluded.last_name, username = excluded.username, language = excluded.language,
		changed_at = excluded.changed_at, changed_by = excluded.changed_by
	where (c.changed_at, c.changed_by) < (excluded.changed_at, excluded.changed_by);
	return found;
end
$$;
