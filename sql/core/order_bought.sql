-- SPDX-License-Identifier: MIT
-- Does:    says what an order was for and whether it carries a seat: of several
--          things one that does, else the first.
-- Returns: one row; price null while not all it takes is known.
-- Touches: line_lists, line_items, prices, subscription_items (read).
create function core.order_bought(p_order orders, out price_id text, out discord boolean)
language plpgsql stable as $$
begin
	select case when bool_and(p.id is not null) then (array_agg(p.id order by not p.discord, l.line))[1] end,
		bool_or(p.discord)
	into price_id, discord
	from core.lines_known(p_order.session_id) l left join prices p on p.id = l.price_id;
	if price_id is null and not exists (select from core.lines_known(p_order.session_id)) then
		select p.id, p.discord into price_id, discord from prices p
		where p.id = coalesce(p_order.price_id, (select min(i.price_id) from subscription_items i
			where i.subscription_id = p_order.subscription_id having count(*) = 1));
	end if;
end
$$;
