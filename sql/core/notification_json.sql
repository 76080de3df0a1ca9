-- SPDX-License-Identifier: MIT
-- Returns: a notification as callers see it: {id, text, link, created_at,
--          recipients, states:{queued, sent, blocked, never_started, failed,
--          unreachable}, missed: all that cannot arrive any more}.
-- Touches: notification_recipients, outbox (read).
create function core.notification_json(p_row public.notifications) returns jsonb
language sql stable as $$
	select jsonb_build_object('id', p_row.id, 'text', p_row.text, 'link', p_row.link,
		'created_at', p_row.created_at, 'recipients', count(*),
		'states', jsonb_build_object('queued', count(*) filter (where state = 'queued'),
			'sent', count(*) filter (where state = 'sent'), 'blocked', count(*) filter (where state = 'blocked'),
			'never_started', count(*) filter (where state = 'never_started'),
			'failed', count(*) filter (where state = 'failed'),
			'unreachable', count(*) filter (where state = 'unreachable')),
		'missed', count(*) filter (where state not in ('queued', 'sent')))
	from (select coalesce(r.state, core.notification_state(o)) as state
		from public.notification_recipients r left join public.outbox o on o.id = r.outbox_id
		where r.notification_id = p_row.id) r
$$;
