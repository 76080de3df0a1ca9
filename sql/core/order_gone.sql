-- SPDX-License-Identifier: MIT
-- Returns: whether the money that carries an order (its payment; of a subscription
--          the latest) is gone for good; null when none came yet.
-- Touches: payments (read).
create function core.order_gone(p_order orders) returns boolean
language plpgsql stable as $$
begin
	return (select p.gone from payments p
		where (p.order_id = p_order.id or (p_order.mode = 'subscription' and p.subscription_id = p_order.subscription_id))
			and p.status <> 'none'
		order by p.paid_at desc, p.effect desc limit 1);
end
$$;
