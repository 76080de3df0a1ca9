-- SPDX-License-Identifier: MIT
-- Returns: what became of an acceptance: {invitation as core.invitation_json(),
--          role, landing the page that says what happens next}.
create function core.invitation_answer(p_invitation public.invitations) returns jsonb
language sql stable as $$
	select jsonb_build_object('invitation', core.invitation_json(p_invitation), 'role', p_invitation.role,
		'landing', '/invite/' || p_invitation.invite_code)
$$;
