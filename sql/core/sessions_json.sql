-- SPDX-License-Identifier: MIT
-- Returns: where somebody is signed in, [{id, browser|null, system|null,
--          created_at, seen_at, current}], this session first, then last used.
-- Args:    p_user, p_current SHA-256 of the token of the session that asks.
-- Touches: sessions (read).
create function core.sessions_json(p_user uuid, p_current bytea) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(core.agent_words(user_agent) || jsonb_build_object('id', id,
			'created_at', created_at, 'seen_at', last_seen_at, 'current', token_hash = p_current)
			order by token_hash = p_current desc, last_seen_at desc, id), '[]')
	from (select * from public.sessions
		where user_id = p_user and revoked_at is null and expires_at > core.now()
		order by token_hash = p_current desc, last_seen_at desc limit 100) live
$$;
