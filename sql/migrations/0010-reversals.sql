-- SPDX-License-Identifier: MIT
-- Money that goes back: refunds and disputes as Stripe told them, which charge
-- paid for what, and what of the bought credits was taken back for it.

-- One row per charge any event named.  What it paid for is known by its payment
-- intent or, in 2020, by the invoice on it.
create table charges (
	id text primary key,
	payment_intent text,
	invoice text,
	refunded bigint not null default 0 check (refunded >= 0), -- cents, cumulative, as last said
	seen_created bigint not null default -1, -- when that was said
	first_reversed_at timestamptz -- when money went back first
);
create index charges_payment_intent on charges (payment_intent) where payment_intent is not null;
create index charges_invoice on charges (invoice) where invoice is not null;

create table refunds (
	id text primary key,
	charge_id text not null references charges,
	amount bigint not null check (amount >= 0), -- cents
	failed_created bigint -- when it was said that it failed or was canceled: final
);
create index refunds_charge on refunds (charge_id);

create table disputes (
	id text primary key,
	charge_id text not null references charges,
	amount bigint not null check (amount >= 0), -- cents
	status text not null,
	withdrawn_created bigint, -- when the funds were said to be gone, and back
	reinstated_created bigint,
	seen_created bigint not null default -1,
	seen_rank smallint not null default 0
);
create index disputes_charge on disputes (charge_id);

-- Which payment intent paid which invoice (since 2025 said by this alone).
create table invoice_payments (
	payment_intent text not null,
	invoice text not null,
	primary key (payment_intent, invoice)
);
create index invoice_payments_invoice on invoice_payments (invoice);

alter table payments
	add reversed bigint not null default 0 check (reversed >= 0), -- cents that went back
	add clawed bigint not null default 0 check (clawed >= 0), -- credits that go with them
	add gone boolean not null default false, -- back in full, or a dispute lost
	add reversed_at timestamptz, -- when first; lots granted later repay the debt
	add check (clawed <= coalesce(credits, 0));
create index payments_payment_intent on payments (payment_intent) where payment_intent is not null;
create index payments_clawed on payments (user_id) where clawed > 0;

-- What of a lot went back for its own payment, and what it repaid of a debt.
alter table credit_lots
	add clawed bigint not null default 0 check (clawed >= 0),
	add lent bigint not null default 0 check (lent >= 0),
	add check (remaining + clawed + lent <= amount);
create index credit_lots_taken on credit_lots (user_id) where clawed > 0 or lent > 0;

-- By how much a ledger row changes the debt; these sum to credits.debt.
alter table credit_transactions add debt bigint not null default 0;


-- Asked before any invite is issued; lifted when the money came back.
create table seat_revocations (
	order_id uuid primary key references orders,
	user_id uuid references users,
	revoked_at timestamptz not null,
	lifted_at timestamptz
);
create index seat_revocations_user on seat_revocations (user_id);

drop index orders_unsettled;
create index orders_unsettled on orders (id)
	where status in ('paid', 'refunded') and settled_at is null;

-- A subscription as Stripe says it is, and its last invoice that could not be
-- collected: together they make the status.
alter table subscriptions
	add said text,
	add failed_created bigint not null default -1;
update subscriptions set said = status;

create index credits_owing on credits (user_id, debt) where debt > 0;

create table reconciliations (
	id bigint generated always as identity primary key,
	dry_run boolean not null,
	started_at timestamptz not null,
	finished_at timestamptz,
	seen bigint not null default 0 check (seen >= 0),
	missing bigint not null default 0 check (missing >= 0),
	repaired bigint not null default 0 check (repaired between 0 and missing),
	kinds jsonb not null default '[]' -- per kind {kind, seen, missing, repaired}
);

-- A link of a `refund` row may also put back what another took.
alter table transaction_lots drop constraint transaction_lots_amount_check;
alter table transaction_lots add constraint transaction_lots_amount_check check (amount <> 0);
