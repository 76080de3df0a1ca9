-- SPDX-License-Identifier: MIT
-- Returns: whether somebody may invite to a role: drivers and admins invite, and
--          nobody above their own role.
-- Touches: user_roles (read).
create function core.role_may_offer(p_user uuid, p_role text) returns boolean
language sql stable as $$
	select core.role_ceiling(p_user) >= greatest(core.role_rank(p_role), core.role_rank('driver'))
$$;
