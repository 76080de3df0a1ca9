-- SPDX-License-Identifier: MIT
-- Purchases of guests that somebody took into their account.

-- Since when; who merely has the address of such an order sees nothing else of
-- that account.
alter table orders add column claimed_at timestamptz;

-- The purchase that a sign-in adds to the account.
alter table telegram_sign_ins add column order_id uuid references orders;
create index telegram_sign_ins_order on telegram_sign_ins (order_id) where order_id is not null;
