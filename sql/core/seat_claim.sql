-- SPDX-License-Identifier: MIT
-- Does:    lets an order that turned out to be paid earlier than was known carry
--          the seat of its person, as core.seat_owe() says.
-- Args:    p_order a paid order; nothing happens unless it is settled, carries a
--          seat and has not lost its own.
-- Touches: seats.
create function core.seat_claim(p_order uuid) returns void
language sql volatile as $$
	select core.seat_owe(o) from public.orders o
	where o.id = p_order and o.status = 'paid' and o.settled_at is not null and o.discord
		and not exists (select from public.seats
			where order_id = o.id and state not in ('owed', 'allocated', 'viewed', 'joined'))
$$;
