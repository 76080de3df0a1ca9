-- SPDX-License-Identifier: MIT
-- Does:    finds the seat an order shows: its own, else the live one its buyer
--          has (also when its own ended because they had one); that of a gift is
--          shown to nobody else, and of an order that somebody took into their
--          account only to them.
-- Args:    p_order; p_viewer who is signed in, or null.
-- Returns: the seat, all null when there is none.
-- Touches: seats, seat_revocations (read).
create function core.seat_of_order(p_order orders, p_viewer uuid default null) returns seats
language plpgsql stable as $$
declare
	v_seat seats;
begin
	select * into v_seat from seats s where order_id = p_order.id
		and (state <> 'revoked' or p_order.status <> 'paid'
			or exists (select from seat_revocations r where r.order_id = s.order_id and r.lifted_at is null));
	if not found and p_order.gift_to is null and (p_order.claimed_at is null or p_order.user_id = p_viewer) then
		select * into v_seat from seats
		where user_id = p_order.user_id and state in ('owed', 'allocated', 'viewed', 'joined');
	end if;
	return v_seat;
end
$$;
