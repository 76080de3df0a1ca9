-- SPDX-License-Identifier: MIT
-- Returns: the order's id; null when none is asked for.
-- Args:    p_session_id Stripe's, the bearer secret of who paid; or null.
-- Raises:  unknown_order.
-- Touches: orders (read).
create function core.order_of_session(p_session_id text) returns uuid
language plpgsql stable as $$
declare
	v_id uuid := (select id from orders where session_id = p_session_id);
begin
	if v_id is null and p_session_id is not null then
		perform core.fail('unknown_order');
	end if;
	return v_id;
end
$$;
