-- SPDX-License-Identifier: MIT
-- How often one may fail to sign in, and who failed.

-- per_client: failures of one address; overall: of all together, beyond which
-- every address has but one; per_person: sessions opened for one person.
create table attempt_limits (
	kind text primary key,
	per_client integer not null check (per_client > 0),
	overall integer not null check (overall > 0),
	per_person integer not null check (per_person > 0),
	period interval not null check (period > '0')
);
insert into attempt_limits (kind, per_client, overall, per_person, period) values
	('link', 10, 500, 30, '10 minutes'),
	('wallet', 10, 500, 30, '10 minutes'),
	('telegram', 10, 500, 30, '10 minutes');

-- who: an address (client_mark), a person, or everybody.  Worth nothing after a
-- crash, and never the address itself.
create unlogged table attempts (
	kind text not null references attempt_limits,
	who text not null check (who ~ '^(client:[0-9a-f]{64}|person:[0-9a-f-]{36}|everybody)$'),
	since timestamptz not null,
	count integer not null check (count >= 0),
	primary key (kind, who)
);
create index attempts_since on attempts (since);

-- What addresses are hashed with for a day; gone after two.
create table client_salts (
	day date primary key,
	salt uuid not null default gen_random_uuid()
);
