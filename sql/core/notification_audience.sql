-- SPDX-License-Identifier: MIT
-- Returns: the people who accepted an invitation of a sender and still hold its
--          role, once each, with their chat at Telegram (null: none is known).
-- Touches: invitations, user_roles, identities (read).
create function core.notification_audience(p_sender uuid) returns table (user_id uuid, chat_id text)
language sql stable as $$
	select r.recipient_id, (core.telegram_names(r.recipient_id)).telegram_id::text
	from (select distinct i.recipient_id from public.invitations i
		join public.user_roles u on u.user_id = i.recipient_id and u.role = i.role
		where i.inviter_id = p_sender and i.status = 'accepted') r
$$;
