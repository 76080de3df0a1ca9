-- SPDX-License-Identifier: MIT
-- What newcomers and regulars are given, as data, and that it happens once.

-- The trial of a new user.  lasts: null for ever.
create table trial_rule (
	singleton boolean primary key default true check (singleton),
	credits bigint not null default 5 check (credits between 0 and 1000000),
	lasts interval check (lasts > '0'),
	salt uuid not null default gen_random_uuid()
);
insert into trial_rule default values;

-- What a trial was given for: salted SHA-256 of each name its taker came with.
-- No reference to users: it must outlive the account.
create table trial_marks (
	mark bytea primary key check (length(mark) = 32),
	user_id uuid not null,
	created_at timestamptz not null
);
insert into trial_marks (mark, user_id, created_at)
select sha256(convert_to(salt || ':external_id:' || external_id, 'UTF8')), id, created_at
from users, trial_rule where external_id is not null;
insert into trial_marks (mark, user_id, created_at)
select sha256(convert_to(salt || ':' || kind || ':' || subject, 'UTF8')), user_id, i.created_at
from identities i, trial_rule;

-- So many active days in a row bring so many credits, once per person.
create table streak_rules (
	days integer primary key check (days between 1 and 3650),
	credits bigint not null check (credits between 1 and 1000000),
	active boolean not null default true
);
insert into streak_rules (days, credits) values (3, 1), (7, 5), (30, 25);

create table streak_awards (
	user_id uuid not null references users,
	days integer not null,
	credits bigint not null check (credits > 0),
	awarded_on date not null, -- by the user's calendar
	primary key (user_id, days)
);

-- Who came by whose code: one row per newcomer, never changed.
create table referral_bindings (
	user_id uuid primary key references users,
	referrer_id uuid not null references users,
	code text not null,
	bound_at timestamptz not null,
	check (user_id <> referrer_id)
);
create index referral_bindings_referrer on referral_bindings (referrer_id, bound_at);
