-- SPDX-License-Identifier: MIT
-- Does:    acts on an update that came for the first time.
-- Args:    p_update its id, p_kind as core.telegram_kind(), p_object what it brings,
--          p_base the site's address.
-- Returns: whether there was anything to do.
-- Touches: what the functions called here touch.
create function core.telegram_apply(p_update bigint, p_kind text, p_object jsonb, p_base text) returns boolean
language plpgsql volatile as $$
declare
	v_chat jsonb := case p_kind when 'callback_query' then p_object->'message'->'chat' else p_object->'chat' end;
	v_from bigint := core.telegram_number(p_object->'from'->'id');
begin
	-- In groups the bot is silent.
	if v_from > 0 is not true or p_object->'from'->'is_bot' = 'true' or v_chat->>'type' is distinct from 'private'
		or core.telegram_number(v_chat->'id') is distinct from v_from then
		return false;
	end if;
	return case p_kind
		when 'message' then core.telegram_message(p_update, p_object, p_base)
		when 'my_chat_member' then core.telegram_membership(p_update, p_object)
		when 'callback_query' then core.telegram_tap(p_update, p_object)
		else false end;
end
$$;
