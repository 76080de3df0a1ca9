-- SPDX-License-Identifier: MIT
-- The wallet.  Lots sum to the balance, the ledger sums to the balance, each
-- debit names the lots that paid.  Whoever changes any of it locks the row of
-- credits first.

-- Never indexed on what changes and filled to three quarters: updates stay HOT.
create table credits (
	user_id uuid primary key references users,
	balance bigint not null default 0 check (balance >= 0),
	debt bigint not null default 0 check (debt >= 0),
	active_on date, -- last day noted in user_activity
	updated_at timestamptz not null default now()
) with (fillfactor = 75);

create table credit_lots (
	id bigint generated always as identity primary key,
	user_id uuid not null references credits,
	source text not null
		check (source in ('trial', 'purchase', 'subscription', 'bonus', 'rollover', 'adjustment')),
	amount bigint not null check (amount > 0),
	remaining bigint not null check (remaining between 0 and amount),
	-- Indexed instead of remaining: it changes once in a lot's life, so that
	-- the ordinary debit stays a HOT update.
	open boolean not null generated always as (remaining > 0) stored,
	priority smallint not null default 0, -- lower burns first
	paid boolean not null generated always as (source in ('purchase', 'subscription', 'rollover')) stored,
	expires_at timestamptz,
	granted_at timestamptz not null,
	effect text unique,
	order_id uuid references orders
) with (fillfactor = 75);
create index credit_lots_user on credit_lots (user_id, open);
create index credit_lots_order on credit_lots (order_id) where order_id is not null;
-- For the sweep and the monthly run, which look across accounts.
create index credit_lots_expiring on credit_lots (expires_at) where open and expires_at is not null;

create table credit_transactions (
	id bigint generated always as identity primary key,
	user_id uuid not null references credits,
	type text not null check (type in ('trial', 'purchase', 'subscription', 'bonus', 'usage',
		'hold', 'hold_capture', 'hold_void', 'refund', 'expiry', 'rollover', 'adjustment')),
	amount bigint not null,
	balance bigint not null check (balance >= 0), -- after this row
	idempotency_key text check (length(idempotency_key) between 1 and 255),
	request_hash bytea,
	agent text,
	quantity bigint,
	metadata jsonb,
	effect text unique,
	request_id text,
	created_at timestamptz not null default now(),
	unique (user_id, idempotency_key),
	check (type not in ('usage', 'expiry') or amount <= 0),
	check ((idempotency_key is null) = (request_hash is null))
);
-- Rows come in time order, so a few bytes per megabyte answer "since yesterday".
create index credit_transactions_created on credit_transactions using brin (created_at) with (pages_per_range = 32);

create table transaction_lots (
	transaction_id bigint not null references credit_transactions,
	lot_id bigint not null references credit_lots,
	amount bigint not null check (amount > 0),
	primary key (transaction_id, lot_id)
);
create index transaction_lots_lot on transaction_lots (lot_id);

create trigger append_only before update or delete on credit_transactions
	for each row execute function append_only();
create trigger append_only_truncate before truncate on credit_transactions
	for each statement execute function append_only();
create trigger append_only before update or delete on transaction_lots
	for each row execute function append_only();
create trigger append_only_truncate before truncate on transaction_lots
	for each statement execute function append_only();
alter table credit_transactions enable always trigger append_only;
alter table credit_transactions enable always trigger append_only_truncate;
alter table transaction_lots enable always trigger append_only;
alter table transaction_lots enable always trigger append_only_truncate;

-- The owner gives up the right too.  Foreign keys lock the referenced row, for
-- which PostgreSQL asks UPDATE on some column: the generated id, which accepts
-- no value, keeps it.
do $$
begin
	execute format('revoke update, delete, truncate on credit_transactions, transaction_lots from public, %I', current_user);
	execute format('grant update (id) on credit_transactions to %I', current_user);
end
$$;

create table agent_pricing (
	agent text primary key check (length(agent) between 1 and 100),
	credits bigint not null check (credits between 0 and 1000000000),
	active boolean not null default true
);
insert into agent_pricing (agent, credits) values ('chat', 1), ('image', 5);

create table rollover_runs (
	month text primary key check (month ~ '^\d{4}-\d{2}$'),
	accounts bigint not null,
	rolled_over bigint not null,
	expired bigint not null,
	ran_at timestamptz not null
);

create table rollovers (
	month text not null references rollover_runs,
	user_id uuid not null references credits,
	rolled_over bigint not null check (rolled_over >= 0),
	expired bigint not null check (expired >= 0),
	primary key (user_id, month)
);
create index rollovers_month on rollovers (month);
