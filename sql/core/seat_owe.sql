-- SPDX-License-Identifier: MIT
-- Does:    owes a paid order its seat.  A person has one live seat: of several
--          orders the one paid first carries it (in the same second: the lesser
--          session), whichever was heard of first, unless its button was
--          pressed already.  An order whose credits are a gift carries a seat
--          of its own, which is no person's: who paid takes it.
-- Args:    p_order a paid order whose row the caller holds.
-- Touches: seats.
create function core.seat_owe(p_order orders) returns void
language sql volatile as $$
	insert into public.seats (user_id, order_id, order_ref, owed_at)
	values (case when p_order.gift_to is null then p_order.user_id end, p_order.id, p_order.id::text, p_order.paid_at)
	on conflict (user_id) where state in ('owed', 'allocated', 'viewed', 'joined') do update
		set order_id = excluded.order_id, order_ref = excluded.order_ref, owed_at = excluded.owed_at
		where seats.asked_at is null and seats.order_id is not null
			and (excluded.owed_at, p_order.session_id)
			< (seats.owed_at, (select session_id from public.orders where id = seats.order_id))
$$;
