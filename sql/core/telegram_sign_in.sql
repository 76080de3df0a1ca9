-- SPDX-License-Identifier: MIT
-- Does:    signs in who Telegram says it is, or links them to who is signed in.
-- Args:    p_id the number at Telegram, verified; p_names as in
--          core.telegram_profile(); p_visitor who is signed in or null; p_session
--          SHA-256 in hex of the new cookie's token; p_user_agent or null.
-- Returns: the person.
-- Raises:  sign_in_failed (no such number), identity_taken, invalid_field.
-- Touches: what core.identity_sign_in() and core.session_open() touch.
create function core.telegram_sign_in(p_id text, p_names jsonb, p_visitor uuid, p_session text, p_user_agent text)
returns uuid
language plpgsql volatile as $$
declare
	v_id bigint := core.bigint_or_null(p_id);
	v_user uuid;
begin
	if v_id is null or v_id <= 0 or p_id <> v_id::text then
		perform core.fail('sign_in_failed');
	end if;
	v_user := core.identity_sign_in('telegram', p_id, core.telegram_profile(p_names), p_visitor);
	perform core.session_open(v_user, p_session, p_user_agent);
	return v_user;
end
$$;
