-- SPDX-License-Identifier: MIT
-- Does:    settles what was heard of a payment's charges before the payment
--          itself, also for other payments that seemed to be meant.
-- Args:    p_payment a payment of this transaction.
-- Touches: what core.charge_settle() touches.
create function core.payment_heard(p_payment bigint) returns void
language sql volatile as $$
	select core.charge_settle(id)
	from (select c.id from public.payments p cross join core.payment_charges(p) c
		where p.id = p_payment order by c.id) c
$$;
