-- SPDX-License-Identifier: MIT
-- Does:    decides whether an order stands: refunded when the money that carries
--          it is gone for good, paid again when it came back.  The seat follows.
-- Args:    p_order the order's id.
-- Touches: orders; seats and what core.seat_decide() touches.
create function core.order_reverse(p_order uuid) returns void
language plpgsql volatile as $$
declare
	v_gone boolean;
begin
	-- Of two that weigh different payments of it the second sees what the first did.
	perform from orders where id = p_order for no key update;
	v_gone := (select core.order_gone(o) from orders o where id = p_order);
	update orders set status = case when v_gone then 'refunded' else 'paid' end
	where id = p_order and status = case when v_gone then 'paid' else 'refunded' end;
	if found then
		perform core.seat_decide(p_order);
	end if;
end
$$;
