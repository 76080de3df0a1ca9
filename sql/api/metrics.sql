-- SPDX-License-Identifier: MIT
-- Returns: gauges by name, all whole numbers.
-- Touches: invites_pool, seats, outbox, outbox_channels, payments, credits, reconciliations
--          (read, by partial indexes).
create function api.metrics() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object(
		'invites_left', (select count(*) from invites_pool where used_at is null),
		'seats_owed', (select count(*) from seats where state = 'owed' and asked_at is not null),
		'outbox_pending', (select count(*) from outbox where done_at is null and dead_at is null),
		'outbox_oldest_seconds', (select coalesce(extract(epoch from core.now() - min(created_at))::bigint, 0)
			from outbox where done_at is null and dead_at is null),
		'outbox_dead', (select count(*) from outbox where dead_at is not null),
		'outbox_halted', (select count(*) from outbox_channels where halted_at is not null),
		'payments_unpriced', (select count(*) from payments where status = 'unpriced'),
		'credits_debt', (select coalesce(sum(debt), 0) from credits where debt > 0),
		'reconciled_seconds', coalesce(extract(epoch from (core.reconcile_last()->>'at')::timestamptz)::bigint, 0),
		'reconcile_missing', coalesce((core.reconcile_last()->>'missing')::bigint, 0),
		'jobs_failed', (select count(*) from jobs where error is not null),
		'schema', core.schema_version())
		|| (select jsonb_object_agg('job_' || name || '_success_seconds',
			coalesce(extract(epoch from succeeded_at)::bigint, 0)) from jobs);
end
$$;
revoke all on function api.metrics() from public;
