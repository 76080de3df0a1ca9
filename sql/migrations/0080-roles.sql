-- SPDX-License-Identifier: MIT
-- Roles by their power, and the record of who did what to whom.

alter table user_roles drop constraint user_roles_role_check;
alter table user_roles add constraint user_roles_role_check
	check (role in ('admin', 'driver', 'member', 'recipient'));
create index user_roles_role on user_roles (role);

-- Every act that somebody may have to answer for, in the same transaction.  No
-- actor means the operator's own command or SQL.
create table audit_log (
	id bigint generated always as identity primary key,
	at timestamptz not null,
	actor_user uuid references users,
	actor_key bigint references service_keys,
	action text not null check (action ~ '^[a-z]+(\.[a-z]+)+$' and length(action) <= 100),
	subject text check (length(subject) between 1 and 255),
	detail jsonb not null default '{}' check (jsonb_typeof(detail) = 'object'),
	request_id text,
	check (num_nonnulls(actor_user, actor_key) <= 1)
);
create index audit_log_actor on audit_log (actor_user, id) where actor_user is not null;
create index audit_log_key on audit_log (actor_key, id) where actor_key is not null;
create index audit_log_subject on audit_log (subject, id) where subject is not null;
create index audit_log_action on audit_log (action, id);

create trigger append_only before update or delete on audit_log
	for each row execute function append_only();
create trigger append_only_truncate before truncate on audit_log
	for each statement execute function append_only();
alter table audit_log enable always trigger append_only;
alter table audit_log enable always trigger append_only_truncate;

-- The owner gives up the right too, as with the ledger.
do $$
begin
	execute format('revoke update, delete, truncate on audit_log from public, %I', current_user);
end
$$;
