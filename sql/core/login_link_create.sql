-- SPDX-License-Identifier: MIT
-- Does:    makes a one-time login link, valid for a day, for the operator of
--          that role, who is created when new.  Owner only.
-- Args:    p_role admin or driver, p_token_hash SHA-256 in hex of the token.
-- Returns: the user's id.
-- Raises:  invalid_field.
-- Touches: users, user_roles, audit_log, login_links; trial credits of a new user.
create function core.login_link_create(p_role text, p_token_hash text) returns uuid
language plpgsql volatile as $$
declare
	v_user uuid;
begin
	if core.hash_or_null(p_token_hash) is null then
		perform core.fail('invalid_field', '{"field":"token_hash"}');
	elsif p_role is null or p_role not in ('admin', 'driver') then
		perform core.fail('invalid_field', '{"field":"role"}');
	end if;
	v_user := coalesce(core.user_find('operator:' || p_role), core.user_create('operator:' || p_role, null));
	perform core.role_grant(v_user, p_role, p_detail => '{"by":"login link"}');
	insert into login_links (token_hash, user_id, created_at, expires_at)
	values (core.hash_or_null(p_token_hash), v_user, core.now(), core.now() + interval '1 day');
	return v_user;
end
$$;
