-- SPDX-License-Identifier: MIT
-- Does:    accepts an invitation for somebody whom the calling server has signed
--          in with Telegram; they become a user when they are new.
-- Args:    code, recipient_data {telegram_id, username, first_name, last_name}.
-- Returns: the row of invitations.
-- Raises:  invalid_field, and as core.invitation_accept().
-- Touches: as core.identity_sign_in() and core.invitation_accept().
create function core.accept_invitation(code text, recipient_data jsonb) returns public.invitations
language plpgsql volatile as $$
declare
	v_subject text := recipient_data->>'telegram_id';
	v_user uuid;
begin
	if v_subject is null or v_subject !~ '^[1-9][0-9]{0,14}$' then
		perform core.fail('invalid_field', '{"field":"telegram_id"}');
	end if;
	v_user := core.identity_sign_in('telegram', v_subject, recipient_data - 'telegram_id', null);
	perform core.invitation_accept($1, v_user);
	return (select core.invitation_shown(i) from invitations i where invite_code = $1);
end
$$;
