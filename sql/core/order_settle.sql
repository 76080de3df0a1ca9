-- SPDX-License-Identifier: MIT
-- Does:    decides the seat of a paid order once its price is known.
-- Args:    p_order an order; nothing happens unless money came for it (it may
--          have gone back) and it is unsettled.
-- Touches: orders; seats by core.seat_decide().
create function core.order_settle(p_order uuid) returns void
language plpgsql volatile as $$
declare
	v_order orders;
begin
	update orders o set settled_at = core.now(), price_id = coalesce(b.price_id, o.price_id),
		discord = coalesce(o.discord, b.discord)
	from orders w cross join lateral core.order_bought(w) b
	where w.id = p_order and o.id = w.id and o.status in ('paid', 'refunded') and o.settled_at is null
		and (o.discord is not null or b.price_id is not null)
	returning o.* into v_order;
	if found then
		perform core.seat_decide(p_order);
	end if;
end
$$;
