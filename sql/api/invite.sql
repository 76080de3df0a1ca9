-- SPDX-License-Identifier: MIT
-- Does:    tells who invites and to what; looking consumes nothing.
-- Args:    p_caller a browser session or null (one that is over is nobody), p_code.
-- Returns: {state: open, yours (accepted by you), own (made by you), used,
--          revoked, expired, demoted; role, inviter a name, invite_code,
--          expires_at, accepted_at, me or null, member: the role is held already,
--          telegram: signed in with Telegram}.
-- Raises:  invitation_unknown.
-- Touches: invitations, user_roles, users, identities (read); sessions.
create function api.invite(p_caller jsonb, p_code text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := core.session_see(core.hash_or_null(p_caller->>'session'));
	v_row invitations;
	v_fault text;
begin
	select * into v_row from invitations where invite_code = p_code;
	v_fault := core.invitation_fault(v_row, v_user);
	if v_fault = 'invitation_unknown' then
		perform core.fail(v_fault);
	end if;
	return jsonb_build_object('state', case when v_row.recipient_id = v_user then 'yours'
			else coalesce(substr(v_fault, length('invitation_') + 1), 'open') end,
		'role', v_row.role, 'inviter', core.user_name(v_row.inviter_id), 'invite_code', v_row.invite_code,
		'expires_at', v_row.expires_at, 'accepted_at', v_row.accepted_at, 'me', core.me_json(v_user),
		'member', exists (select from user_roles where user_id = v_user and role = v_row.role),
		'telegram', exists (select from identities where user_id = v_user and kind = 'telegram'));
end
$$;
revoke all on function api.invite(jsonb, text) from public;
