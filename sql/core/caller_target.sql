-- SPDX-License-Identifier: MIT
-- Does:    decides whose account a call is about: a key names the user, a
--          person acts for themselves only.
-- Args:    p_kind and p_self from core.caller(), p_user the user named or null.
-- Returns: the user's id.
-- Raises:  invalid_field (a key named nobody), unknown_user, forbidden.
-- Touches: users (read).
create function core.caller_target(p_kind text, p_self uuid, p_user text) returns uuid
language plpgsql stable as $$
declare
	v_user uuid := case when p_user is null then p_self else core.user_find(p_user) end;
begin
	if p_kind = 'key' and coalesce(p_user, '') = '' then
		perform core.fail('invalid_field', '{"field":"user_id"}');
	elsif p_kind = 'key' and v_user is null then
		perform core.fail('unknown_user');
	elsif p_kind <> 'key' and v_user is distinct from p_self then
		perform core.fail('forbidden');
	end if;
	return v_user;
end
$$;
