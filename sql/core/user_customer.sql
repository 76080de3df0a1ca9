-- SPDX-License-Identifier: MIT
-- Returns: as whom a user pays at Stripe: the customer of their latest subscription
--          that is not over, else the latest customer; null when there is none.
-- Touches: identities, subscriptions (read).
create function core.user_customer(p_user uuid) returns text
language plpgsql stable as $$
begin
	return (select i.subject from identities i
		left join subscriptions s on s.customer = i.subject and s.user_id = i.user_id and not s.seen_final
		where i.user_id = p_user and i.kind = 'stripe_customer'
		order by s.id is null, s.seen_created desc, i.created_at desc, i.subject limit 1);
end
$$;
