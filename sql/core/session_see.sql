-- SPDX-License-Identifier: MIT
-- Does:    finds who a session belongs to and lets it live on: written at most
--          once an hour, not with every request.
-- Args:    p_hash SHA-256 of its token.
-- Returns: the user, or null when there is no such session now.
-- Touches: sessions.
create function core.session_see(p_hash bytea) returns uuid
language plpgsql volatile as $$
declare
	v_session sessions;
begin
	select * into v_session from sessions
	where token_hash = p_hash and revoked_at is null and expires_at > core.now();
	if v_session.last_seen_at <= core.now() - interval '1 hour' then
		update sessions set last_seen_at = core.now(), expires_at = core.now() + core.session_lifetime(user_id)
		where token_hash = p_hash and revoked_at is null and last_seen_at = v_session.last_seen_at;
	end if;
	return v_session.user_id;
end
$$;
