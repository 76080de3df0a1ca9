-- SPDX-License-Identifier: MIT
-- Returns: the power of the strongest role somebody holds, 0 for none: nobody
--          gives more than that.
-- Touches: user_roles (read).
create function core.role_ceiling(p_user uuid) returns integer
language sql stable as $$
	select coalesce(max(core.role_rank(role)), 0) from public.user_roles where user_id = p_user
$$;
