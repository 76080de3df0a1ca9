-- SPDX-License-Identifier: MIT
-- Returns: the price that a payment's first line names, by itself or by its
--          subscription item; null when none is known.
-- Touches: payment_lines, subscription_items (read).
create function core.payment_plan(p_payment bigint) returns text
language plpgsql stable as $$
begin
	return (select coalesce(l.price_id, i.price_id)
		from payment_lines l left join subscription_items i on i.id = l.item_id
		where l.payment_id = p_payment order by l.line limit 1);
end
$$;
