-- SPDX-License-Identifier: MIT
-- Does:    uses a login link, once, and opens a session; the one this browser
--          had ends.
-- Args:    p_caller that one or null; p_client the address; p_token and p_session
--          SHA-256 in hex of the link's and of the new cookie's token;
--          p_user_agent or null; p_next where to go, or null.
-- Returns: {landing: a path}; refused: unknown_link, link_used (or expired).
-- Raises:  too_many_requests, invalid_field.
-- Touches: login_links, sessions, attempts.
create function api.login(p_caller jsonb, p_client text, p_token text, p_session text, p_user_agent text,
	p_next text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid;
begin
	perform core.attempt_begin('link', p_client);
	update login_links set used_at = core.now()
	where token_hash = core.hash_or_null(p_token) and used_at is null and expires_at > core.now()
	returning user_id into v_user;
	if not found then
		return core.attempt_failed('link', core.login_link_fault(p_token));
	end if;
	perform core.attempt_passed('link', p_client, v_user);
	perform core.session_end(p_caller);
	perform core.session_open(v_user, p_session, p_user_agent);
	return jsonb_build_object('landing', core.landing(v_user, p_next));
end
$$;
revoke all on function api.login(jsonb, text, text, text, text, text) from public;
