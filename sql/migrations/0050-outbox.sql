-- SPDX-License-Identifier: MIT
-- What the outbox's worker needs: channels with their pace, leases, outcomes.

-- A way out.  The far side takes burst messages at once, then one per gap; of one
-- destination (a chat) one per destination_gap.  Until free_at nothing is sent: the
-- pace, or the far side asked for it.  Halted: refused our credentials, so nothing is
-- sent until the operator resumes it or the settings are others.
create table outbox_channels (
	channel text primary key check (length(channel) between 1 and 50),
	burst integer not null default 1 check (burst between 1 and 1000000),
	gap interval not null default '0' check (gap >= '0'),
	destination_gap interval not null default '0' check (destination_gap >= '0'),
	lease interval not null default '1 minute' check (lease > '0'),
	free_at timestamptz not null default '-infinity',
	settings text,
	halted_at timestamptz,
	halted_reason text,
	check ((halted_at is null) = (halted_reason is null))
);
-- Telegram's pace: core.telegram.org/bots/faq, "My bot is hitting limits".  Stripe's:
-- docs.stripe.com/rate-limits, 100 a second in live mode and 25 in a sandbox.
insert into outbox_channels (channel, burst, gap, destination_gap) values
	('notice', 1, '0', '0'),
	('telegram', 30, '33333 microseconds', '1 second'),
	('stripe', 20, '50 milliseconds', '0');

-- Destinations whose pace or pause is kept.  The messages that had to wait were
-- given places up to queued_until.
create table outbox_destinations (
	channel text not null references outbox_channels,
	destination text not null,
	free_at timestamptz not null,
	queued_until timestamptz not null,
	primary key (channel, destination)
) with (fillfactor = 70);
create index outbox_destinations_idle on outbox_destinations (queued_until);

-- guarantee: once_by_key, the far side knows a message it has seen by its
-- idempotency key; at_least_once, a worker that dies between sending and recording
-- makes the message come twice.
-- destination: where in the payload it is.  apply: the function of core that is
-- given the far side's answer: (outbox id, HTTP status, body).
alter table outbox_kinds drop constraint outbox_kinds_channel_check;
alter table outbox_kinds add foreign key (channel) references outbox_channels;
alter table outbox_kinds add column guarantee text not null default 'at_least_once'
	check (guarantee in ('at_least_once', 'once_by_key'));
alter table outbox_kinds add column destination text[];
alter table outbox_kinds add column apply text check (apply ~ '^[a-z_]+$');
update outbox_kinds set guarantee = 'once_by_key' where channel = 'notice';
insert into outbox_kinds (kind, channel) values ('payment_failed_notice', 'notice') on conflict do nothing;
insert into outbox_kinds (kind, channel, destination, first_pause, longest_pause, max_attempts) values
	('telegram_message', 'telegram', '{chat_id}', '2 seconds', '1 hour', 50),
	('telegram_call', 'telegram', '{params,chat_id}', '2 seconds', '1 hour', 50);

-- attempts counts those that failed for the message's own sake and the one under
-- way; claims counts every taking and tells a late worker from the present one.
alter table outbox add column channel text;
alter table outbox add column destination text not null default '';
alter table outbox add column claims integer not null default 0;
alter table outbox add column leased_until timestamptz;
alter table outbox add column outcome text;
update outbox o set channel = k.channel from outbox_kinds k where k.kind = o.kind;
update outbox set outcome = case when done_at is not null then 'sent' else 'given_up' end
	where done_at is not null or dead_at is not null;
alter table outbox add check (outcome is null or done_at is not null or dead_at is not null);

-- A lease is not indexed, so that taking a message makes no new index entry.
drop index outbox_pending;
drop index outbox_due;
create index outbox_open on outbox (channel, due_at, id) where done_at is null and dead_at is null;
create index outbox_dead on outbox (id) where dead_at is not null;
alter table outbox set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02,
	autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
