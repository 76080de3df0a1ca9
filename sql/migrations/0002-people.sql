-- SPDX-License-Identifier: MIT
-- Who is who: users, what proves them, and the credentials they come with.

create table users (
	id uuid primary key default gen_random_uuid(),
	external_id text unique check (length(external_id) between 1 and 255),
	-- Unverified and not unique: nobody is ever found or joined by it.
	email text check (length(email) <= 320),
	language text,
	time_zone text not null default 'UTC',
	-- Stands for a payer who has not claimed the account yet.
	placeholder boolean not null default false,
	-- A placeholder that turned out to be somebody we knew.
	merged_into uuid references users,
	created_at timestamptz not null default now(),
	check (merged_into <> id)
);
create index users_merged_into on users (merged_into) where merged_into is not null;

create table identities (
	kind text not null check (kind in ('stripe_customer', 'telegram', 'discord', 'wallet', 'email')),
	subject text not null check (length(subject) between 1 and 320),
	user_id uuid not null references users,
	verified_at timestamptz,
	created_at timestamptz not null default now(),
	primary key (kind, subject)
);
create index identities_user on identities (user_id, kind);

create table user_roles (
	user_id uuid not null references users,
	role text not null check (role in ('admin', 'driver', 'recipient')),
	created_at timestamptz not null default now(),
	primary key (user_id, role)
);

-- Of every bearer secret only the SHA-256 is kept.
create table sessions (
	token_hash bytea primary key check (length(token_hash) = 32),
	user_id uuid not null references users,
	created_at timestamptz not null,
	expires_at timestamptz not null,
	revoked_at timestamptz,
	user_agent text
);
create index sessions_user on sessions (user_id);

create table login_links (
	token_hash bytea primary key check (length(token_hash) = 32),
	user_id uuid not null references users,
	created_at timestamptz not null,
	expires_at timestamptz not null,
	used_at timestamptz
);
create index login_links_user on login_links (user_id);

create table service_keys (
	id bigint generated always as identity primary key,
	name text not null check (length(name) between 1 and 100),
	key_hash bytea not null unique check (length(key_hash) = 32),
	scopes text[] not null default '{service}' check (cardinality(scopes) > 0),
	created_at timestamptz not null,
	revoked_at timestamptz
);
create unique index service_keys_live_name on service_keys (name) where revoked_at is null;

create table user_activity (
	user_id uuid not null references users,
	activity_date date not null, -- a calendar day in the user's time zone
	primary key (user_id, activity_date)
);

create table referral_codes (
	user_id uuid primary key references users,
	code text not null unique check (code ~ '^CG-[0-9A-Z]{6}$'),
	created_at timestamptz not null default now()
);
