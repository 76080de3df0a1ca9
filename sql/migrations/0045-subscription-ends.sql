-- SPDX-License-Identifier: MIT
-- When a subscription is over, or will be: members are told until when.

alter table subscriptions add column ends_at timestamptz;
update subscriptions set ends_at = current_period_end where cancel_at_period_end;
create index identities_customer on identities (user_id, created_at) where kind = 'stripe_customer';
