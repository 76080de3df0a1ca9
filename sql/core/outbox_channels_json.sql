-- SPDX-License-Identifier: MIT
-- Returns: [{channel, state: open | paused | halted | unused (no worker has had
--          settings for it yet), reason, until, pending, dead}] of every channel,
--          and, with channel null, of what no worker knows yet.
-- Touches: outbox_channels, outbox (read, by partial indexes).
create function core.outbox_channels_json() returns jsonb
language sql stable as $$
	select jsonb_agg(jsonb_build_object('channel', channel,
		'state', case when halted_at is not null then 'halted' when free_at > core.now() + interval '1 second' then 'paused'
			when settings is null then 'unused' else 'open' end,
		'reason', halted_reason, 'until', case when free_at > core.now() + interval '1 second' then free_at end,
		'pending', coalesce(pending, 0), 'dead', coalesce(dead, 0)) order by channel)
	from outbox_channels
	full join (select channel, count(*) filter (where dead_at is null) as pending, count(dead_at) as dead
		from outbox where done_at is null group by channel) o using (channel)
$$;
