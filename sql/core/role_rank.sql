-- SPDX-License-Identifier: MIT
-- Returns: the power of a role, the greater the more: admin, driver, member,
--          recipient; 0 for none of these, or null.
create function core.role_rank(p_role text) returns integer
language sql immutable as $$
	select coalesce(array_position('{recipient,member,driver,admin}', p_role), 0)
$$;
