-- SPDX-License-Identifier: MIT
-- The admin's table of invitations without reading all of them: what
-- core.invitations_search() looks for and orders by, in these very words.
-- pg_trgm comes with PostgreSQL; the owner of a database may install it.
create extension if not exists pg_trgm with schema public;
create index invitations_words on invitations using gin ((lower(invite_code || ' ' || coalesce(inviter_login, '') || ' '
	|| coalesce(inviter_telegram_id::text, '') || ' ' || coalesce(recipient_username, '') || ' '
	|| coalesce(recipient_first_name, '') || ' ' || coalesce(recipient_last_name, '') || ' '
	|| coalesce(recipient_telegram_id::text, ''))) gin_trgm_ops);
create index invitations_by_acceptance on invitations (coalesce(accepted_at, '-infinity'), seq);
create index invitations_by_inviter on invitations (lower(coalesce(inviter_login, '')), seq);
create index invitations_by_recipient on invitations (lower(btrim(coalesce(recipient_first_name, '') || ' '
	|| coalesce(recipient_last_name, '') || ' ' || coalesce(recipient_username, ''))), seq);
