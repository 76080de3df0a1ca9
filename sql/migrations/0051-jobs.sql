-- SPDX-License-Identifier: MIT
-- The upkeep: what is to be done again and again, each by one worker at a time.

-- A job is due every so often, counted from midnight UTC of 2000-01-01 plus at.  Its
-- steps are the function core.job_NAME(), called until it says that there is no more,
-- or the worker's own, for what needs the outside world.  run tells a late worker
-- from the present one; who does not say by leased_until how it goes is taken for dead.
create table jobs (
	name text primary key check (name ~ '^[a-z]+(_[a-z]+)*$'),
	every interval not null check (every > '0' and extract(month from every) = 0 and extract(year from every) = 0),
	at interval not null default '0' check (at >= '0' and at < every),
	retry interval not null default '5 minutes' check (retry > '0'),
	lease interval not null default '5 minutes' check (lease > '0'),
	own boolean not null default false,
	due_at timestamptz not null default '2000-01-01 00:00:00+00',
	run bigint not null default 0,
	leased_until timestamptz,
	started_at timestamptz,
	ended_at timestamptz,
	succeeded_at timestamptz,
	said text,
	error text
);
create index jobs_due on jobs (due_at);
insert into jobs (name, every, at, own) values
	('seal', '1 hour', '10 minutes', false),
	('sweep', '10 minutes', '0', false),
	('notices', '1 minute', '0', false),
	('rollover', '1 day', '0', false),
	('reconcile', '1 day', '3 hours 17 minutes', true),
	('retention', '1 day', '4 hours', false);
update jobs set lease = '1 hour', retry = '30 minutes' where name = 'reconcile';

-- What Stripe is asked about a purchase; see core.lines_ask().
insert into outbox_kinds (kind, channel, guarantee, apply) values
	('stripe_session_lines', 'stripe', 'once_by_key', 'stripe_lines_apply'),
	('stripe_invoice_lines', 'stripe', 'once_by_key', 'stripe_lines_apply');
