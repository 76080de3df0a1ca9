-- SPDX-License-Identifier: MIT
-- Whose an order is: only who holds the secret key may name a user.  Sessions
-- that others begin (Payment Links, pricing tables) carry a reference that the
-- payer can write; it may give credits to somebody and says nothing else.

-- Whom a session gives its credits to that nobody entitled made for them.
alter table orders add column gift_to uuid references users;
create index orders_gift_to on orders (gift_to) where gift_to is not null;

-- Those that were taken for the named user's own so far.
update orders o set gift_to = o.user_id
from stripe_events e
where e.type like 'checkout.session.%' and e.payload#>>'{data,object,id}' = o.session_id
	and e.payload#>>'{data,object,client_reference_id}' = o.user_id::text
	and (e.payload#>>'{data,object,metadata,user_id}' is null or e.payload#>>'{data,object,payment_link}' <> '')
	and o.url is null and o.idempotency_key is null;
