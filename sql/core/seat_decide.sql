-- SPDX-License-Identifier: MIT
-- Does:    gives a settled order that carries a seat what it has a right to: a
--          paid one its seat, a refunded one none.
-- Args:    p_order the order's id.
-- Touches: seats, seat_revocations, outbox.
create function core.seat_decide(p_order uuid) returns void
language plpgsql volatile as $$
declare
	v_order orders;
begin
	select * into v_order from orders where id = p_order;
	if v_order.settled_at is null or not v_order.discord then
		return;
	end if;
	if v_order.status = 'refunded' then
		perform core.seat_revoke(v_order);
	elsif v_order.status = 'paid' then
		perform core.seat_restore(v_order);
		if not exists (select from seats where order_id = p_order) then
			perform core.seat_owe(v_order);
		end if;
	end if;
end
$$;
