-- SPDX-License-Identifier: MIT
-- Returns: all that is known of an invitation: as core.invitation_json(),
--          inviter and recipient (null: nobody yet) each {id, name, roles}, by
--          who withdrew it, history as core.audit_json(); null for an unknown code.
-- Touches: invitations, users, user_roles, identities, audit_log (read).
create function core.invitation_detail(p_code text) returns jsonb
language sql stable as $$
	select core.invitation_json(i) || jsonb_build_object('inviter', core.me_json(i.inviter_id),
		'recipient', core.me_json(i.recipient_id), 'by', core.user_name(i.revoked_by),
		'history', core.audit_json(i.id::text))
	from public.invitations i where i.invite_code = p_code
$$;
