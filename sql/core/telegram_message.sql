-- SPDX-License-Identifier: MIT
-- Does:    answers a message that somebody wrote to the bot: a command by its row of
--          telegram_commands, anything else with what the bot can do.
-- Args:    p_update, p_message a Message of a private chat, p_base the site's address.
-- Returns: whether there was text to answer.
-- Touches: telegram_chats, telegram_commands (read), outbox; what the commands touch.
create function core.telegram_message(p_update bigint, p_message jsonb, p_base text) returns boolean
language plpgsql volatile as $$
declare
	v_text text := p_message->>'text';
	v_said text[] := regexp_match(v_text, '^/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?$', 's');
	v_function text := (select function from telegram_commands where command = lower(v_said[1]));
	v_asked jsonb := jsonb_build_object('update', p_update, 'base', p_base, 'from', p_message->'from');
begin
	perform core.telegram_chat_note(p_message->'from', false, p_message->'date', p_update);
	if jsonb_typeof(p_message->'text') is distinct from 'string' then
		return false;
	elsif v_function is null then
		perform core.telegram_reply(v_asked, 'unknown');
	else
		execute format('select core.%I($1, $2)', v_function) using v_asked, nullif(btrim(v_said[2]), '');
	end if;
	return true;
end
$$;
