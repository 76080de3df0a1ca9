-- SPDX-License-Identifier: MIT
-- Does:    leaves one message per recipient in the outbox, with the name of who
--          wrote it, and charges the sender when notifications have a price.
-- Args:    p_row the notification.
-- Raises:  no_recipients, insufficient_credits.
-- Touches: notification_recipients, notifications, outbox; the wallet of the sender.
create function core.notification_spread(p_row public.notifications) returns void
language plpgsql volatile as $$
declare
	v_count bigint;
	-- 45 characters are 90 at most as Telegram counts, core.notification_send() leaves room for them
	v_data jsonb := jsonb_build_object('name', left(core.user_name(p_row.sender_id), 45), 'text', p_row.text);
	v_buttons jsonb := case when p_row.link is not null then jsonb_build_object('buttons',
		jsonb_build_array(jsonb_build_array(jsonb_build_object('url', p_row.link,
			'text', left(substring(p_row.link from '^https?://([^/?#]+)'), 60))))) else '{}' end;
begin
	insert into notification_recipients (notification_id, user_id, outbox_id)
	select p_row.id, a.user_id, case when a.chat_id is not null then core.outbox_add('telegram_message',
		jsonb_build_object('chat_id', a.chat_id, 'template', 'notification', 'data', v_data) || v_buttons,
		'notification:' || p_row.id || ':' || a.user_id) end
	from core.notification_audience(p_row.sender_id) a;
	get diagnostics v_count = row_count;
	update notifications set recipients = v_count where id = p_row.id;
	if v_count = 0 then
		perform core.fail('no_recipients');
	elsif exists (select from agent_pricing where agent = 'notification' and active) then
		perform core.meter_charge(p_row.sender_id, 'notification', v_count, 'notification:' || p_row.id, null);
	end if;
end
$$;
