-- SPDX-License-Identifier: MIT
-- Does:    uses a login link, once, and opens a session of 30 days.
-- Args:    p_token and p_session SHA-256 in hex of the link's and of the new
--          cookie's token, p_user_agent or null.
-- Returns: {"landing":"/admin"}.
-- Raises:  unknown_link, link_used (or expired), invalid_field.
-- Touches: login_links, sessions.
create function api.login(p_token text, p_session text, p_user_agent text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid;
begin
	if core.hash_or_null(p_session) is null then
		perform core.fail('invalid_field', '{"field":"session"}');
	end if;
	update login_links set used_at = core.now()
	where token_hash = core.hash_or_null(p_token) and used_at is null and expires_at > core.now()
	returning user_id into v_user;
	if not found then
		perform core.fail(case when exists (select from login_links
			where token_hash = core.hash_or_null(p_token)) then 'link_used' else 'unknown_link' end);
	end if;
	insert into sessions (token_hash, user_id, created_at, expires_at, user_agent)
	values (core.hash_or_null(p_session), v_user, core.now(), core.now() + interval '30 days',
		left(p_user_agent, 500));
	return '{"landing":"/admin"}'::jsonb;
end
$$;
revoke all on function api.login(text, text, text) from public;
