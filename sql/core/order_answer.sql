-- SPDX-License-Identifier: MIT
-- Does:    answers the button of an order: the invite of its seat.
-- Args:    p_order; p_viewer as core.seat_of_order().
-- Returns: as core.seat_answer(); owed also while the price is not known yet.
-- Raises:  order_refunded, not_paid, no_seat; as core.seat_answer().
-- Touches: what core.seat_ask() touches.
create function core.order_answer(p_order orders, p_viewer uuid default null) returns jsonb
language plpgsql volatile as $$
declare
	v_seat seats := core.seat_of_order(p_order, p_viewer);
begin
	if p_order.status = 'refunded' then
		perform core.fail('order_refunded');
	elsif p_order.status <> 'paid' then
		perform core.fail('not_paid');
	elsif not p_order.discord or v_seat.id is null and p_order.settled_at is not null
		and (p_order.gift_to is not null or p_order.claimed_at is not null) then
		perform core.fail('no_seat');
	elsif v_seat.id is null and p_order.settled_at is null then
		return '{"data":null,"state":"owed"}'::jsonb;
	elsif v_seat.id is null then -- the live seat it shared has ended
		perform core.fail('seat_revoked');
	end if;
	return core.seat_answer(v_seat.id);
end
$$;
