-- SPDX-License-Identifier: MIT
-- Does:    lists messages, the newest first; what they say is nobody's business.
-- Args:    p_state dead, pending or null for both, p_kind or null, p_before an id to
--          go on from or null, p_limit.
-- Returns: [{id, kind, channel, destination, state, attempts, created_at, due_at,
--          error}].
-- Touches: outbox (read).
create function core.outbox_page(p_state text, p_kind text, p_before bigint, p_limit integer) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'kind', kind, 'channel', channel,
		'destination', nullif(destination, ''), 'state', case when dead_at is null then 'pending' else 'dead' end,
		'attempts', attempts, 'created_at', created_at, 'due_at', due_at, 'error', last_error) order by id desc), '[]')
	from (select * from outbox
		where done_at is null and (p_state is null or p_state = 'dead' and dead_at is not null
				or p_state = 'pending' and dead_at is null)
			and kind = coalesce(p_kind, kind) and id < coalesce(p_before, 9223372036854775807)
		order by id desc limit p_limit) o
$$;
