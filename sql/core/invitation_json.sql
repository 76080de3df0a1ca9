-- SPDX-License-Identifier: MIT
-- Returns: an invitation as callers see it.  One whose time is over is expired,
--          whether or not the sweep has said so yet.
create function core.invitation_json(p_invitation public.invitations) returns jsonb
language sql stable as $$
	select jsonb_build_object('id', p_invitation.id, 'invite_code', p_invitation.invite_code,
		'role', p_invitation.role, 'status', core.invitation_status(p_invitation),
		'inviter_id', p_invitation.inviter_id, 'inviter_telegram_id', p_invitation.inviter_telegram_id,
		'inviter_login', p_invitation.inviter_login,
		'recipient_telegram_id', p_invitation.recipient_telegram_id,
		'recipient_username', p_invitation.recipient_username,
		'recipient_first_name', p_invitation.recipient_first_name,
		'recipient_last_name', p_invitation.recipient_last_name,
		'created_at', p_invitation.created_at, 'expires_at', p_invitation.expires_at,
		'accepted_at', p_invitation.accepted_at, 'revoked_at', p_invitation.revoked_at)
$$;
