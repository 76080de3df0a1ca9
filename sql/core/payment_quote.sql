-- SPDX-License-Identifier: MIT
-- Does:    says what a payment buys: for each line the credits frozen at
--          checkout, else of its price, else of the price its subscription item
--          (or the only item of its subscription) has.
-- Returns: credits, null while a price or its credits are not known.
-- Touches: payments, payment_lines, prices, subscription_items (read).
create function core.payment_quote(p_payment bigint) returns bigint
language plpgsql stable as $$
declare
	v_total numeric;
begin
	select case when bool_and(coalesce(l.credits, pr.credits) is not null)
		then sum(coalesce(l.credits, pr.credits)::numeric * l.quantity) end
	into v_total
	from payment_lines l
	join payments p on p.id = l.payment_id
	left join prices pr on pr.id = coalesce(l.price_id,
		(select i.price_id from subscription_items i where i.id = l.item_id),
		(select min(i.price_id) from subscription_items i where i.subscription_id = p.subscription_id
		having count(*) = 1))
	where l.payment_id = p_payment;
	return case when v_total <= 1e15 then v_total::bigint end;
end
$$;
