-- SPDX-License-Identifier: MIT
-- Does:    notes that somebody blocked the bot or lets it write again.
-- Args:    p_update, p_member a ChatMemberUpdated of a private chat.
-- Returns: whether that was news.
-- Touches: telegram_chats.
create function core.telegram_membership(p_update bigint, p_member jsonb) returns boolean
language plpgsql volatile as $$
declare
	v_status text := p_member->'new_chat_member'->>'status';
begin
	if v_status in ('member', 'kicked') then
		return core.telegram_chat_note(p_member->'from', v_status = 'kicked', p_member->'date', p_update);
	end if;
	return false;
end
$$;
