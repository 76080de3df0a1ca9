-- SPDX-License-Identifier: MIT
-- What drivers write to the people who accepted their invitations.

-- One row.  How many notifications a sender may send in an hour.  What one costs is
-- the price of the agent "notification", when there is one: per recipient.
create table notification_limits (
	singleton boolean primary key default true check (singleton),
	per_hour integer not null default 30 check (per_hour >= 0)
);
insert into notification_limits default values;

create table notification_usage (
	sender_id uuid not null references users,
	hour timestamptz not null,
	sent integer not null check (sent > 0),
	primary key (sender_id, hour)
);

create table notifications (
	id uuid primary key default gen_random_uuid(),
	seq bigint generated always as identity unique,
	sender_id uuid not null references users,
	key_id bigint references service_keys,
	text text not null check (length(text) between 1 and 4096),
	link text check (link ~ '^https?://' and length(link) <= 2000),
	idempotency_key text check (length(idempotency_key) between 1 and 255),
	created_at timestamptz not null,
	request_id text,
	unique (sender_id, idempotency_key)
);
create index notifications_sender on notifications (sender_id, seq);
create index notifications_key on notifications (key_id) where key_id is not null;

-- Whom it went to: outbox_id tells what became of it, none says that there was no
-- way to reach them.
create table notification_recipients (
	notification_id uuid not null references notifications,
	user_id uuid not null references users,
	outbox_id bigint unique references outbox,
	primary key (notification_id, user_id)
);
create index notification_recipients_user on notification_recipients (user_id);
