-- SPDX-License-Identifier: MIT
-- What was bought, where the event does not say it all: sessions that were not
-- made here come without their line items, and of an invoice's lines an event
-- holds the first ten.  The rest is asked from Stripe, page by page.

create table line_lists (
	subject text primary key check (subject ~ '^[A-Za-z0-9_]{1,255}$'), -- cs_… or in_…
	kind text not null check (kind in ('session', 'invoice')),
	asked_at timestamptz not null,
	complete_at timestamptz
);
create index line_lists_open on line_lists (asked_at, subject) where complete_at is null;

create table line_items (
	subject text not null references line_lists,
	id text not null,
	place bigint not null,
	line jsonb not null, -- as Stripe said it
	primary key (subject, id)
);

-- What has waited so far without anybody asking.
insert into line_lists (subject, kind, asked_at)
select o.session_id, 'session', p.paid_at
from payments p join orders o on o.id = p.order_id
where p.status = 'unpriced' and o.price_id is null and o.session_id ~ '^[A-Za-z0-9_]{1,255}$'
union
select session_id, 'session', paid_at from orders
where mode = 'subscription' and status = 'paid' and settled_at is null and price_id is null
	and session_id ~ '^[A-Za-z0-9_]{1,255}$';
delete from payment_lines l using payments p
where p.id = l.payment_id and p.status = 'unpriced' and l.price_id is null and l.item_id is null;
