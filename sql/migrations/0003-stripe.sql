-- SPDX-License-Identifier: MIT
-- What Stripe told us: events as they came, the catalogue, subscriptions.
-- Prices and subscriptions may be named before they are known (events come in
-- any order), so references to them are plain ids; core.verify() checks them.
--
-- seen_created, seen_rank, seen_event: the version of an object.  The greatest
-- one wins whatever order events arrive in: time, then created < updated <
-- deleted within the same second, then the event's id as the last word.

create table stripe_events (
	id text primary key,
	type text not null,
	api_version text,
	created timestamptz not null,
	livemode boolean,
	payload jsonb not null,
	outcome text not null check (outcome in ('applied', 'recorded')),
	deliveries integer not null default 1 check (deliveries > 0),
	received_at timestamptz not null,
	request_id text
);
create index stripe_events_received on stripe_events (received_at);

create table products (
	id text primary key,
	name text not null default '',
	description text,
	active boolean not null default false,
	metadata jsonb not null default '{}',
	seen_created bigint not null default -1,
	seen_rank smallint not null default 0,
	seen_event text not null default ''
);

create table prices (
	id text primary key,
	product_id text not null references products,
	active boolean not null,
	unit_amount bigint, -- cents
	currency text not null,
	interval text, -- day, week, month, year; null for a one-time price
	credits bigint check (credits between 0 and 1000000000), -- null: not said yet
	discord boolean not null default true,
	metadata jsonb not null default '{}',
	lookup_key text,
	fault text, -- why it can never be sold
	seen_created bigint not null default -1,
	seen_rank smallint not null default 0,
	seen_event text not null default '',
	check (fault is null or (not active and credits is null)),
	check (not active or unit_amount > 0)
);
create index prices_product on prices (product_id);

create table subscriptions (
	id text primary key,
	user_id uuid references users,
	customer text,
	price_id text,
	status text not null,
	current_period_end timestamptz,
	cancel_at_period_end boolean not null default false,
	seen_final boolean not null default false, -- canceled: nothing comes after
	seen_created bigint not null default -1,
	seen_rank smallint not null default 0,
	seen_event text not null default ''
);
create index subscriptions_user on subscriptions (user_id);

-- Every item ever seen, also a removed one: an old invoice may still name it.
create table subscription_items (
	id text primary key,
	subscription_id text not null references subscriptions,
	price_id text not null,
	quantity bigint not null,
	seen_created bigint not null default -1,
	seen_rank smallint not null default 0,
	seen_event text not null default ''
);
create index subscription_items_subscription on subscription_items (subscription_id);
