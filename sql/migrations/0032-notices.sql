-- SPDX-License-Identifier: MIT
-- Notices to the operator's own address, and which outbox rows go there.

-- A balance that falls to one of these or below is told once per crossing.
create table notice_low_rules (
	balance bigint primary key check (balance between 0 and 1000000000)
);
insert into notice_low_rules (balance) values (0), (10);

-- Credits that expire are told so long ahead, once per lot.  Lots up to seen_until
-- and, at that very moment, up to seen_lot have been told.
create table notice_expiry_rules (
	ahead interval primary key check (ahead > '0'),
	seen_until timestamptz not null default '-infinity',
	seen_lot bigint not null default 0
);
insert into notice_expiry_rules (ahead) values ('7 days'), ('1 day');

-- Which program does a kind of work and how patiently.  Pauses double from
-- first_pause to longest_pause; after max_attempts the row is dead and stays.
create table outbox_kinds (
	kind text primary key check (length(kind) between 1 and 100),
	channel text not null check (channel in ('notice')),
	first_pause interval not null default '10 seconds' check (first_pause > '0'),
	longest_pause interval not null default '1 hour' check (longest_pause > '0'),
	max_attempts integer not null default 100 check (max_attempts > 0)
);
insert into outbox_kinds (kind, channel) values ('low_balance', 'notice'), ('credits_expiring', 'notice'),
	('payment_notice', 'notice'), ('alert_unpriced', 'notice'), ('alert_pool_empty', 'notice');

alter table outbox add column dead_at timestamptz;
alter table outbox add check (done_at is null or dead_at is null);
create index outbox_due on outbox (due_at, id) where done_at is null and dead_at is null;
