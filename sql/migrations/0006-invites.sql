-- SPDX-License-Identifier: MIT
-- The pool of one-time Discord invites, and the seats they are for.

create table invites_pool (
	id bigint generated always as identity primary key,
	code text not null unique check (length(code) between 1 and 100),
	invite_url text not null check (invite_url <> ''),
	used_by text,
	used_at timestamptz,
	expires_at timestamptz,
	created_at timestamptz not null default now(),
	check (used_by is null or used_at is not null)
) with (fillfactor = 80,
	-- Taking the oldest walks over the entries of those just taken: sweep early.
	autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create index invites_pool_unused on invites_pool (created_at, id) where used_at is null;

create table seats (
	id bigint generated always as identity primary key,
	user_id uuid references users,
	order_id uuid unique references orders,
	order_ref text not null unique check (length(order_ref) between 1 and 255),
	state text not null default 'owed'
		check (state in ('owed', 'allocated', 'viewed', 'joined', 'revoked', 'expired')),
	invite_id bigint unique references invites_pool,
	owed_at timestamptz not null, -- when it was paid for
	asked_at timestamptz, -- when the button was pressed first
	allocated_at timestamptz,
	reissued smallint not null default 0 check (reissued between 0 and 3),
	check (state not in ('allocated', 'viewed', 'joined') or invite_id is not null),
	check (state <> 'owed' or invite_id is null)
);
create unique index seats_one_live on seats (user_id)
	where state in ('owed', 'allocated', 'viewed', 'joined');
create index seats_user on seats (user_id);
create index seats_waiting on seats (asked_at, id) where state = 'owed' and asked_at is not null;
