-- SPDX-License-Identifier: MIT
-- What was ordered, and the money that came for it.

create table orders (
	id uuid primary key default gen_random_uuid(),
	user_id uuid references users,
	session_id text unique,
	price_id text,
	mode text not null check (mode in ('payment', 'subscription')),
	status text not null default 'open'
		check (status in ('open', 'pending', 'expired', 'failed', 'paid', 'refunded')),
	amount bigint check (amount >= 0), -- cents
	currency text,
	credits bigint check (credits >= 0), -- frozen; null: price not known yet
	discord boolean, -- carries a seat; null: price not known yet
	url text,
	idempotency_scope text,
	idempotency_key text check (length(idempotency_key) between 1 and 255),
	customer text,
	payment_intent text,
	invoice text,
	subscription_id text,
	created_at timestamptz not null,
	paid_at timestamptz,
	settled_at timestamptz, -- paid and its price known: the seat is decided
	unique (idempotency_scope, idempotency_key),
	check ((idempotency_key is null) = (idempotency_scope is null)),
	check (status not in ('paid', 'refunded') or paid_at is not null),
	check (settled_at is null or discord is not null)
);
create index orders_user on orders (user_id, paid_at);
create index orders_subscription on orders (subscription_id) where subscription_id is not null;
create index orders_created on orders (created_at);
create index orders_unsettled on orders (id) where status = 'paid' and settled_at is null;

-- One row per business effect: a paid session or a paid subscription invoice.
-- unpriced: kept until a later event says what it buys; granted: credits are out;
-- none: true money that buys no credits (proration and the like).
create table payments (
	id bigint generated always as identity primary key,
	effect text not null unique check (effect ~ '^(session|invoice):.'),
	status text not null check (status in ('unpriced', 'granted', 'none')),
	user_id uuid references users,
	order_id uuid unique references orders,
	event_id text not null references stripe_events,
	customer text,
	subscription_id text,
	payment_intent text,
	amount bigint check (amount >= 0), -- cents
	currency text,
	credits bigint check (credits >= 0),
	paid_at timestamptz not null,
	check (status = 'none' or user_id is not null),
	check ((status = 'granted') = (credits is not null))
);
create index payments_user on payments (user_id);
create index payments_event on payments (event_id);
create index payments_subscription on payments (subscription_id) where subscription_id is not null;
create index payments_paid on payments (paid_at);
create index payments_unpriced on payments (user_id, id) where status = 'unpriced';

create table payment_lines (
	payment_id bigint not null references payments,
	line integer not null,
	price_id text, -- null: said by the subscription item
	item_id text,
	quantity bigint not null check (quantity between 1 and 1000000),
	credits bigint, -- per unit, when frozen at checkout
	primary key (payment_id, line)
);
