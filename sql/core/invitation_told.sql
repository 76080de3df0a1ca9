-- SPDX-License-Identifier: MIT
-- Does:    tells who invited, by Telegram and in their language, that the invitation
--          is accepted; once.  Who is not at Telegram sees it on their page.
-- Args:    p_invitation an accepted one.
-- Touches: outbox; identities, users (read).
create function core.invitation_told(p_invitation public.invitations) returns void
language sql volatile as $$
	select core.outbox_add('telegram_message', jsonb_build_object('chat_id', subject, 'template', 'invitation-accepted',
		'data', jsonb_strip_nulls(jsonb_build_object('name', left(core.user_name(p_invitation.recipient_id), 100),
			'username', p_invitation.recipient_username)),
		'language', core.telegram_language(subject::bigint, profile->>'language')), 'invitation_accepted:' || p_invitation.id)
	from public.identities where kind = 'telegram' and user_id = p_invitation.inviter_id
	order by created_at limit 1
$$;
