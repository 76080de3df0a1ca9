-- SPDX-License-Identifier: MIT
-- Does:    sends a text to the accepted recipients of a sender, idempotently.
-- Args:    p_sender a driver or admin, p_text 1 to 4000 characters as Telegram
--          counts them (of its 4096 the name of the sender gets the rest), p_link an http(s) address for a button or null,
--          p_idempotency_key or null, p_key the service key that acts, or null.
-- Returns: the row.
-- Raises:  forbidden, invalid_field, idempotency_conflict, too_many_requests,
--          no_recipients, insufficient_credits.
-- Touches: notifications, audit_log, and as core.notification_spread().
create function core.notification_send(p_sender uuid, p_text text, p_link text, p_idempotency_key text, p_key bigint)
returns notifications
language plpgsql volatile as $$
declare
	v_row notifications;
	v_field text := case when coalesce(core.utf16_length(p_text), 0) not between 1 and 4000 or p_text !~ '\S' then 'text'
		when p_link !~ '^https?://[^\s/?#]+\S*$' or length(p_link) > 2000 then 'link' end;
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	elsif not core.role_may_offer(p_sender, 'recipient') then
		perform core.fail('forbidden');
	end if;
	insert into notifications (sender_id, key_id, text, link, idempotency_key, created_at, request_id)
	values (p_sender, p_key, p_text, p_link, p_idempotency_key, core.now(), core.request_id())
	on conflict do nothing returning * into v_row;
	if not found then
		select * into v_row from notifications where sender_id = p_sender and idempotency_key = p_idempotency_key;
		if (v_row.text, v_row.link) is distinct from (p_text, p_link) then
			perform core.fail('idempotency_conflict');
		end if;
		return v_row;
	end if;
	perform core.notification_allow(p_sender);
	perform core.notification_spread(v_row);
	perform core.audit(case when p_key is null then p_sender end, p_key, 'notification.send', v_row.id::text,
		jsonb_build_object('sender', p_sender));
	return v_row;
end
$$;
