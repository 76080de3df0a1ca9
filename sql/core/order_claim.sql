-- SPDX-License-Identifier: MIT
-- Does:    lets somebody take a guest's order into their account, and with it all
--          else that the payer stood for.  Of several who try the first has it.
--          Whom a Payment Link gives credits to is not the payer and is left alone.
-- Args:    p_order the order of somebody who knows its session; p_user who is
--          signed in.
-- Returns: whether it is theirs now.
-- Locks:   the customers first, so that no event speaks of them meanwhile.
-- Touches: orders; what core.user_absorb() touches.
create function core.order_claim(p_order uuid, p_user uuid) returns boolean
language plpgsql volatile as $$
declare
	v_order orders := (select o from orders o where id = p_order);
begin
	perform core.lock_person(subject) from (
		select coalesce(v_order.customer, v_order.session_id) as subject
		union select subject from identities where user_id = v_order.user_id and kind = 'stripe_customer'
		order by 1) x;
	select * into v_order from orders where id = p_order;
	if core.order_open_to(v_order, p_user) = 'open' then
		update orders set claimed_at = core.now() where user_id = v_order.user_id;
		perform core.user_absorb(v_order.user_id, p_user);
		select * into v_order from orders where id = p_order;
	end if;
	return coalesce(v_order.user_id = p_user, false);
end
$$;
