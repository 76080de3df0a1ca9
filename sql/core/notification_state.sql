-- SPDX-License-Identifier: MIT
-- Returns: what became of a message to one recipient, by its row of the outbox:
--          queued, sent, blocked (they blocked the bot), never_started (they have
--          never pressed Start, so Telegram lets nobody write), failed, or
--          unreachable (they are not at Telegram, p_message is null).
create function core.notification_state(p_message public.outbox) returns text
language sql immutable as $$
	select case
		when p_message.id is null then 'unreachable'
		when p_message.outcome = 'unknown_chat' then 'never_started'
		when p_message.outcome = 'blocked' and p_message.last_error ~* 'initiate' then 'never_started'
		when p_message.outcome = 'blocked' then 'blocked'
		when p_message.done_at is not null then 'sent'
		when p_message.dead_at is not null then 'failed'
		else 'queued' end
$$;
