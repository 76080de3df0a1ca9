-- SPDX-License-Identifier: MIT
-- Does:    makes a one-time login link for somebody, valid for a day, and writes
--          that down.  Owner only.
-- Args:    p_user whom, as core.user_named() knows them; p_token_hash SHA-256 in
--          hex of the token.
-- Returns: the user's id.
-- Raises:  unknown_user, invalid_field.
-- Touches: login_links, audit_log.
create function core.login_link_add(p_user text, p_token_hash text) returns uuid
language plpgsql volatile as $$
declare
	v_user uuid := core.user_named(p_user);
begin
	if core.hash_or_null(p_token_hash) is null then
		perform core.fail('invalid_field', '{"field":"token_hash"}');
	elsif v_user is null then
		perform core.fail('unknown_user');
	end if;
	insert into login_links (token_hash, user_id, created_at, expires_at)
	values (core.hash_or_null(p_token_hash), v_user, core.now(), core.now() + interval '1 day');
	perform core.audit(null, null, 'link.create', v_user::text);
	return v_user;
end
$$;
