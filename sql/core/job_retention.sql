-- SPDX-License-Identifier: MIT
-- Does:    a step of the job retention: deletes what is older than the table retention
--          says, at most 1000 rows of each kind.
-- Returns: {more, count of rows}.
-- Touches: sessions, login_links, outbox_destinations, telegram_updates,
--          notification_usage; as core.outbox_forget().
create function core.job_retention() returns jsonb
language plpgsql volatile as $$
declare
	v_count bigint;
begin
	with s as (
		delete from sessions where token_hash in (select token_hash from sessions
			where expires_at < core.retention_end('sessions') limit 1000 for update skip locked) returning 1
	), l as (
		delete from login_links where token_hash in (select token_hash from login_links
			where expires_at < core.retention_end('login_links') limit 1000 for update skip locked) returning 1
	), d as (
		delete from outbox_destinations where (channel, destination) in (select channel, destination from outbox_destinations
			where queued_until < core.retention_end('outbox_destinations') and free_at < core.retention_end('outbox_destinations')
			order by queued_until limit 1000 for update skip locked) returning 1
	), u as (
		delete from telegram_updates where id in (select id from telegram_updates
			where received_at < core.retention_end('telegram_updates') order by received_at limit 1000
			for update skip locked) returning 1
	), n as (
		delete from notification_usage where (sender_id, hour) in (select sender_id, hour from notification_usage
			where hour < core.retention_end('notification_usage') order by hour limit 1000 for update skip locked) returning 1
	)
	select (select count(*) from s) + (select count(*) from l) + (select count(*) from d) + (select count(*) from u)
		+ (select count(*) from n) + core.outbox_forget(core.retention_end('outbox'), 1000) into v_count;
	return jsonb_build_object('more', v_count > 0, 'count', v_count);
end
$$;
