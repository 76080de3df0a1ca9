-- SPDX-License-Identifier: MIT
-- What every other table leans on: the clock, the append-only guard, the outbox.

-- One row.  core.now() = now() + clock_offset; tests move it, a live site never does.
create table clock (
	singleton boolean primary key default true check (singleton),
	clock_offset interval not null default '0'
);
insert into clock default values;

-- Refuses to change or remove rows of the table it guards.  It lives in public,
-- not in core, so that no rebuild of the functions ever leaves a ledger unguarded.
create function append_only() returns trigger
language plpgsql as $$
begin
	raise exception '% is append-only: % refused', tg_table_name, tg_op
		using errcode = 'restrict_violation';
end
$$;
revoke all on function append_only() from public;

-- Work for the outside world; committed with what caused it, done by a worker.
create table outbox (
	id bigint generated always as identity primary key,
	kind text not null,
	payload jsonb not null default '{}',
	dedupe_key text unique,
	created_at timestamptz not null default now(),
	due_at timestamptz not null default now(),
	attempts integer not null default 0 check (attempts >= 0),
	done_at timestamptz,
	last_error text
);
create index outbox_pending on outbox (due_at, id) where done_at is null;
