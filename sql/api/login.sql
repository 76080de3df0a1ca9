-- SPDX-License-Identifier: MIT
-- Does:    uses a login link, once, and opens a session.
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
	update login_links set used_at = core.now()
	where token_hash = core.hash_or_null(p_token) and used_at is null and expires_at > core.now()
	returning user_id into v_user;
	if not found then
		perform core.fail(case when exists (select from login_links
			where token_hash = core.hash_or_null(p_token)) then 'link_used' else 'unknown_link' end);
	end if;
	perform core.session_open(v_user, p_session, p_user_agent);
	return '{"landing":"/admin"}'::jsonb;
end
$$;
revoke all on function api.login(text, text, text) from public;
