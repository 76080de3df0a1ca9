-- SPDX-License-Identifier: MIT
-- Does:    ends the session that came with a request, if any.
-- Args:    p_caller what the program found, or null.
-- Returns: whether there was one.
-- Touches: sessions.
create function core.session_end(p_caller jsonb) returns boolean
language plpgsql volatile as $$
begin
	update sessions set revoked_at = core.now()
	where token_hash = core.hash_or_null(p_caller->>'session') and revoked_at is null and expires_at > core.now();
	return found;
end
$$;
