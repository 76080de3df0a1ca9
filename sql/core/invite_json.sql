-- SPDX-License-Identifier: MIT
-- Returns: an invite as callers see it, {code, invite_url, expires_at}; null when
--          there is none.
-- Touches: invites_pool (read).
create function core.invite_json(p_invite bigint) returns jsonb
language plpgsql stable as $$
begin
	return (select jsonb_build_object('code', code, 'invite_url', invite_url, 'expires_at', expires_at)
		from invites_pool where id = p_invite);
end
$$;
