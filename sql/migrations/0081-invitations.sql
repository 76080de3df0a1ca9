-- SPDX-License-Identifier: MIT
-- Personal invitations: one code, one recipient.

create table invitations (
	id uuid primary key default gen_random_uuid(),
	-- The order of creation, by which lists are paged.
	seq bigint generated always as identity unique,
	inviter_id uuid not null references users,
	-- As they were when the invitation was made.
	inviter_telegram_id bigint,
	inviter_login text check (length(inviter_login) <= 255),
	-- Fits into a link's path and into the start parameter of a bot.
	invite_code text not null unique check (invite_code ~ '^[A-Za-z0-9_-]{4,64}$'),
	role text not null default 'recipient' check (role in ('admin', 'driver', 'member', 'recipient')),
	status text not null default 'pending' check (status in ('pending', 'accepted', 'revoked', 'expired')),
	recipient_id uuid references users,
	-- As they were at acceptance.
	recipient_telegram_id bigint,
	recipient_username text check (length(recipient_username) <= 255),
	recipient_first_name text check (length(recipient_first_name) <= 255),
	recipient_last_name text check (length(recipient_last_name) <= 255),
	created_at timestamptz not null default now(),
	expires_at timestamptz check (expires_at > created_at),
	accepted_at timestamptz check (accepted_at < expires_at),
	revoked_at timestamptz,
	revoked_by uuid references users,
	-- Several may be made at once under one key: then they differ by place.
	idempotency_key text check (length(idempotency_key) between 1 and 255),
	place integer not null default 1 check (place > 0),
	unique (inviter_id, idempotency_key, place),
	check (recipient_id <> inviter_id),
	check ((status = 'accepted') = (accepted_at is not null)),
	check ((status = 'accepted') = (recipient_id is not null)),
	check (status = 'accepted' or num_nonnulls(recipient_telegram_id, recipient_username,
		recipient_first_name, recipient_last_name) = 0),
	check ((status = 'revoked') = (revoked_at is not null)),
	check (status = 'revoked' or revoked_by is null),
	check (status <> 'expired' or expires_at is not null)
);
create index invitations_inviter on invitations (inviter_id, seq);
create index invitations_recipient on invitations (recipient_id, seq) where recipient_id is not null;
create index invitations_revoked_by on invitations (revoked_by) where revoked_by is not null;
create index invitations_status on invitations (status, seq);
create index invitations_due on invitations (expires_at) where status = 'pending' and expires_at is not null;

-- What was accepted, revoked or expired stays so.
create trigger settled before update on invitations
	for each row when (old.status <> 'pending' and old.status is distinct from new.status)
	execute function append_only();
create trigger kept before delete on invitations
	for each row execute function append_only();
alter table invitations enable always trigger settled;
alter table invitations enable always trigger kept;
