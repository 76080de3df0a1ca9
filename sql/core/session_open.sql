-- SPDX-License-Identifier: MIT
-- Does:    opens a session.  The only place that does.
-- Args:    p_user who signed in, p_session SHA-256 in hex of the new cookie's
--          token, p_user_agent the browser's name or null.
-- Raises:  invalid_field.
-- Touches: sessions.
create function core.session_open(p_user uuid, p_session text, p_user_agent text) returns void
language plpgsql volatile as $$
begin
	if core.hash_or_null(p_session) is null then
		perform core.fail('invalid_field', '{"field":"session"}');
	end if;
	insert into sessions (token_hash, user_id, created_at, last_seen_at, expires_at, user_agent)
	values (core.hash_or_null(p_session), p_user, core.now(), core.now(),
		core.now() + core.session_lifetime(p_user), left(p_user_agent, 500));
end
$$;
