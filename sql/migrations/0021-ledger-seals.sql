-- SPDX-License-Identifier: MIT
-- Seals over the ledger, each over some thousand rows that follow those of the
-- one before, chained by hash: who keeps a seal's hash can tell that no row up
-- to it was changed, added or removed since.  doc/statement says what is hashed.

create table ledger_seals (
	id bigint primary key check (id > 0), -- 1, 2, 3 …
	from_id bigint not null unique check (from_id > 0),
	to_id bigint not null unique,
	rows bigint not null check (rows > 0),
	root bytea not null check (length(root) = 32),
	previous bytea not null unique check (length(previous) = 32), -- zeros for the first
	hash bytea not null unique check (length(hash) = 32),
	sealed_at timestamptz not null,
	check (to_id >= from_id)
);

create trigger append_only before update or delete on ledger_seals
	for each row execute function append_only();
create trigger append_only_truncate before truncate on ledger_seals
	for each statement execute function append_only();
alter table ledger_seals enable always trigger append_only;
alter table ledger_seals enable always trigger append_only_truncate;

do $$
begin
	execute format('revoke update, delete, truncate on ledger_seals from public, %I', current_user);
end
$$;
