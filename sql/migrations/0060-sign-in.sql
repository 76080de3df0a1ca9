-- SPDX-License-Identifier: MIT
-- Who is who: names that an identity came with, sessions people can tell apart,
-- what happens when somebody guesses.

alter table identities add column profile jsonb not null default '{}' check (jsonb_typeof(profile) = 'object');
-- One spelling each, or one account could be linked twice.
alter table identities add constraint identities_subject_plain check (case kind
	when 'wallet' then subject ~ '^0x[0-9a-f]{40}$'
	when 'telegram' then subject ~ '^[0-9]{1,20}$'
	when 'discord' then subject ~ '^[0-9]{1,20}$'
	else true end);

-- The id names a session in Settings; its digest stays where it is.
alter table sessions add column id uuid not null default gen_random_uuid();
alter table sessions add column last_seen_at timestamptz;
update sessions set last_seen_at = created_at;
alter table sessions alter column last_seen_at set not null;
create unique index sessions_id on sessions (id);

alter table users add constraint users_language_known check (language in ('en', 'es', 'ru'));
