-- SPDX-License-Identifier: MIT
-- Does:    ends a sign-in that was begun on the page of an order: takes that into
--          the account.  One that somebody else has keeps nobody out.
-- Args:    p_order the order, p_user who has signed in.
-- Returns: the order's page, which says whose it is.
-- Touches: what core.order_claim() touches.
create function core.order_landing(p_order uuid, p_user uuid) returns text
language plpgsql volatile as $$
begin
	perform core.order_claim(p_order, p_user);
	return (select '/success?session_id=' || session_id from orders where id = p_order);
end
$$;
