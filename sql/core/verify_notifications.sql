-- SPDX-License-Identifier: MIT
-- Returns: the checks of notifications, as core.verify().
-- Touches: notifications, notification_recipients, identities, outbox (read).
create function core.verify_notifications() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each notification has the recipients it counted', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select n.id::text, n.recipients <> (select count(*) from public.notification_recipients r
			where r.notification_id = n.id) as bad
		from public.notifications n) x
	union all
	select 'each recipient at Telegram has their message', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select r.notification_id || ':' || r.user_id as id, case when r.outbox_id is not null
			then (o.kind, o.dedupe_key) is distinct from ('telegram_message', 'notification:' || r.notification_id || ':' || r.user_id)
			else r.state is null and exists (select from public.identities i where i.kind = 'telegram' and i.user_id = r.user_id
				and i.created_at < n.created_at - interval '1 minute') end as bad
		from public.notification_recipients r join public.notifications n on n.id = r.notification_id
		left join public.outbox o on o.id = r.outbox_id) x
	union all
	select 'each message of a notification has its recipient', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select o.id::text, not exists (select from public.notification_recipients r where r.outbox_id = o.id) as bad
		from public.outbox o where o.kind = 'telegram_message' and o.dedupe_key like 'notification:%') x
$$;
