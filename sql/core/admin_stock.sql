-- SPDX-License-Identifier: MIT
-- Returns: the overview's part about the pool, the events of 24 h, the outbox.
-- Touches: invites_pool, seats, stripe_events, outbox, jobs (read).
create function core.admin_stock() returns jsonb
language plpgsql stable as $$
begin
	return jsonb_build_object(
		'jobs_failed', (select count(*) from jobs where error is not null),
		'pool', jsonb_build_object(
			'left', (select count(*) from invites_pool
				where used_at is null and (expires_at is null or expires_at > core.now())),
			'used', (select count(*) from invites_pool where used_at is not null),
			'owed', (select count(*) from seats where state = 'owed' and asked_at is not null)),
		'events', (select jsonb_build_object(
			'applied', count(*) filter (where outcome = 'applied'),
			'recorded', count(*) filter (where outcome = 'recorded'),
			'duplicates', coalesce(sum(deliveries - 1), 0))
			from stripe_events where received_at > core.now() - interval '1 day'),
		'outbox', (select jsonb_build_object('pending', count(*) filter (where dead_at is null),
				'failing', count(*) filter (where attempts > 0 and dead_at is null), 'dead', count(dead_at))
			from outbox where done_at is null));
end
$$;
