-- SPDX-License-Identifier: MIT
-- What core.verify() holds against the rows: how many recipients a notification had.
alter table notifications add column recipients integer not null default 0 check (recipients >= 0);
update notifications n set recipients = r.count
from (select notification_id, count(*) from notification_recipients group by 1) r
where r.notification_id = n.id;

-- What is through or given up is on no lease.
update outbox set leased_until = null where coalesce(done_at, dead_at) is not null and leased_until is not null;
alter table outbox add constraint outbox_lease_open
	check (leased_until is null or num_nonnulls(done_at, dead_at) = 0);
