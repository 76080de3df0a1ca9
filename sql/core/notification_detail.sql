-- SPDX-License-Identifier: MIT
-- Returns: as core.notification_json(), and deliveries:[{user_id, name, state,
--          reason what Telegram said or null, at when it was settled or null}],
--          at most 1000, what went wrong first; null for an unknown one.
-- Args:    p_id, p_sender whose it is, null for anybody's.
-- Touches: notifications, notification_recipients, outbox, users, identities (read).
create function core.notification_detail(p_id uuid, p_sender uuid) returns jsonb
language sql stable as $$
	select core.notification_json(n) || jsonb_build_object('deliveries', (
		select coalesce(jsonb_agg(jsonb_build_object('user_id', user_id, 'name', core.user_name(user_id), 'state', state,
			'reason', case when state <> 'sent' then reason end, 'at', at) order by place, user_id), '[]')
		from (select r.user_id, s.state, coalesce(r.reason, o.last_error) as reason,
				coalesce(r.settled_at, o.done_at, o.dead_at) as at,
				array_position('{failed,blocked,never_started,unreachable,queued,sent}', s.state) as place
			from public.notification_recipients r left join public.outbox o on o.id = r.outbox_id,
				lateral (select coalesce(r.state, core.notification_state(o)) as state) s
			where r.notification_id = n.id order by place, r.user_id limit 1000) d))
	from public.notifications n where n.id = p_id and (p_sender is null or n.sender_id = p_sender)
$$;
