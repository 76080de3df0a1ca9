-- SPDX-License-Identifier: MIT
-- Credits set aside for work of unknown cost.  A hold takes them out of their
-- lots and the balance (ledger row `hold`), so nobody else can have them.  It
-- is settled once: all of it goes back to the same lots (`hold_capture` or
-- `hold_void`), and what was captured is spent from those lots (`usage`).
-- Lots = balance = ledger at every moment, and usage is all that was spent.

create table credit_holds (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references credits,
	transaction_id bigint not null unique references credit_transactions, -- `hold`
	amount bigint not null check (amount > 0),
	state text not null default 'held' check (state in ('held', 'captured', 'voided', 'expired')),
	captured bigint not null default 0 check (captured between 0 and amount),
	balance bigint check (balance >= 0), -- as it was told when settled
	release_id bigint unique references credit_transactions,
	usage_id bigint unique references credit_transactions,
	created_at timestamptz not null,
	expires_at timestamptz not null,
	settled_at timestamptz,
	check (expires_at > created_at and expires_at <= created_at + interval '24 hours'),
	check ((state = 'held') = (settled_at is null)),
	check ((state = 'held') = (release_id is null)),
	check ((state = 'captured') = (usage_id is not null)),
	check ((state = 'captured') = (captured > 0))
);
create index credit_holds_user on credit_holds (user_id, created_at);
-- What a debit asks first: has a hold of this account run out?
create index credit_holds_live on credit_holds (user_id, expires_at) where state = 'held';

-- Pages of an account's history.
create index credit_transactions_user on credit_transactions (user_id, id);
