-- SPDX-License-Identifier: MIT
-- Returns: which of the kinds we ask for an update is, else other.
create function core.telegram_kind(p_update jsonb) returns text
language sql immutable as $$
	select coalesce((select kind from unnest('{message,callback_query,my_chat_member}'::text[]) kind
		where jsonb_typeof(p_update->kind) = 'object' limit 1), 'other')
$$;
