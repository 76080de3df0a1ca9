-- SPDX-License-Identifier: MIT
-- What a wallet is given to sign, and what members may choose.

-- Each is deleted by the sign-in that uses it.
create table wallet_nonces (
	nonce text primary key check (nonce ~ '^[A-Za-z0-9]{16,64}$'),
	created_at timestamptz not null,
	expires_at timestamptz not null check (expires_at > created_at)
);
create index wallet_nonces_expires on wallet_nonces (expires_at);

-- Asking PostgreSQL reads a thousand files: once is enough.
create table time_zones (name text primary key);
insert into time_zones select name from pg_timezone_names
where name = 'UTC' or name ~ '^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/';
