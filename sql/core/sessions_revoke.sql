-- SPDX-License-Identifier: MIT
-- Does:    ends sessions of somebody, at once.
-- Args:    p_user whose; p_id which one, null: all but the one that asks;
--          p_current SHA-256 of that one's token.
-- Returns: how many ended.
-- Touches: sessions.
create function core.sessions_revoke(p_user uuid, p_id uuid, p_current bytea) returns integer
language plpgsql volatile as $$
declare
	v_count integer;
begin
	update sessions set revoked_at = core.now()
	where user_id = p_user and revoked_at is null and expires_at > core.now()
		and case when p_id is null then token_hash <> p_current else id = p_id end;
	get diagnostics v_count = row_count;
	return v_count;
end
$$;
