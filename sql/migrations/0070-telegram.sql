-- SPDX-License-Identifier: MIT
-- Telegram: sign-ins under way, updates that arrived, and where the bot may write.

-- One row per sign-in that was begun.  Both tokens are only known to the browser;
-- what a copy of this table tells lets nobody in.
create table telegram_sign_ins (
	state_hash bytea primary key check (length(state_hash) = 32),
	browser_hash bytea not null check (length(browser_hash) = 32),
	-- Who was signed in and wants Telegram linked to themselves.
	user_id uuid references users,
	next text check (length(next) <= 500),
	invite text check (length(invite) <= 64),
	created_at timestamptz not null,
	expires_at timestamptz not null check (expires_at > created_at),
	used_at timestamptz
);
create index telegram_sign_ins_user on telegram_sign_ins (user_id) where user_id is not null;
create index telegram_sign_ins_due on telegram_sign_ins (expires_at);

-- Hashes of the login widget that let somebody in: each once.  Kept until a replay
-- is refused for its age.
create table telegram_widget_logins (
	hash bytea primary key check (length(hash) = 32),
	expires_at timestamptz not null
);
create index telegram_widget_logins_due on telegram_widget_logins (expires_at);

-- What was said is not kept, only that it came and what became of it.  An update
-- without a usable id has none.
create table telegram_updates (
	id bigint generated always as identity primary key,
	update_id bigint unique check (update_id >= 0),
	kind text not null check (length(kind) between 1 and 50),
	outcome text not null check (outcome in ('applied', 'ignored')),
	telegram_id bigint,
	deliveries integer not null default 1 check (deliveries > 0),
	received_at timestamptz not null,
	request_id text
);
create index telegram_updates_received on telegram_updates (received_at);

-- People who have a private chat with the bot.  changed_at and changed_by (an
-- update's id) say what the row is of, so that updates in any order end the same.
create table telegram_chats (
	telegram_id bigint primary key,
	blocked boolean not null default false,
	first_name text check (length(first_name) <= 255),
	last_name text check (length(last_name) <= 255),
	username text check (length(username) <= 255),
	language text check (length(language) <= 35),
	changed_at timestamptz not null,
	changed_by bigint not null
);

-- The commands of the bot: each is answered by core.FUNCTION(message, argument).
create table telegram_commands (
	command text primary key check (command ~ '^[a-z0-9_]{1,32}$'),
	function text not null check (function ~ '^telegram_[a-z_]{1,50}$')
);
insert into telegram_commands values ('start', 'telegram_start'), ('help', 'telegram_help');
