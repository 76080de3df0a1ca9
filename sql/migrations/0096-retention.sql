-- SPDX-License-Identifier: MIT
-- How long is kept what nothing depends on any more.

-- outbox: messages that are through; dead letters stay.  The others from their end.
create table retention (
	what text primary key check (what ~ '^[a-z_]+$'),
	keep interval not null check (keep >= '1 day')
);
insert into retention (what, keep) values ('outbox', '30 days'), ('sessions', '30 days'), ('login_links', '30 days'),
	('outbox_destinations', '30 days'), ('telegram_updates', '30 days'), ('notification_usage', '30 days');
create index outbox_done on outbox (done_at) where done_at is not null;
create index notification_usage_hour on notification_usage (hour);

-- What became of a message, once its row of the outbox is gone.
alter table notification_recipients add column state text
	check (state in ('sent', 'blocked', 'never_started', 'failed'));
alter table notification_recipients add column reason text;
alter table notification_recipients add column settled_at timestamptz;
alter table notification_recipients add check ((state is null) = (settled_at is null));
alter table notification_recipients add check (state is null or outbox_id is null);
alter table notification_recipients add check (state is not null or reason is null);

-- Hourly from midnight UTC, so that a day's salt lives 48 hours.
insert into jobs (name, every) values ('forget', '1 hour');
