-- SPDX-License-Identifier: MIT
-- Does:    finds who is meant: by our id, the application's, or the number at Telegram.
-- Returns: the user's id.
-- Raises:  unknown_user.
-- Touches: users, identities (read).
create function core.person_find(p_ref text) returns uuid
language plpgsql stable as $$
declare
	v_user uuid := coalesce(core.user_find(p_ref),
		(select user_id from identities where kind = 'telegram' and subject = p_ref));
begin
	if v_user is null then
		perform core.fail('unknown_user');
	end if;
	return v_user;
end
$$;
