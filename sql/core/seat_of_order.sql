-- SPDX-License-Identifier: MIT
-- Does:    finds the seat an order shows: its own, else the live one its buyer
--          has; that of a gift is shown to nobody else.
-- Returns: the seat, all null when there is none.
-- Touches: seats (read).
create function core.seat_of_order(p_order orders) returns seats
language plpgsql stable as $$
declare
	v_seat seats;
begin
	select * into v_seat from seats where order_id = p_order.id;
	if not found and p_order.gift_to is null then
		select * into v_seat from seats
		where user_id = p_order.user_id and state in ('owed', 'allocated', 'viewed', 'joined');
	end if;
	return v_seat;
end
$$;
