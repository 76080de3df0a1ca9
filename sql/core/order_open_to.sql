-- SPDX-License-Identifier: MIT
-- Returns: how somebody may keep an order: open, nobody has shown who they are
--          since it was paid, so whoever knows its session may take it into their
--          account; yours, it is in theirs; null, neither.
-- Args:    p_order, p_user who is signed in or null.
-- Touches: users (read); as core.user_stands_in().
create function core.order_open_to(p_order orders, p_user uuid) returns text
language sql stable as $$
	select case when p_order.user_id = p_user then 'yours'
		when p_order.status = 'paid' and exists (select from public.users u
			where u.id = p_order.user_id and core.user_stands_in(u))
		then 'open' end
$$;
