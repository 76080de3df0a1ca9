-- SPDX-License-Identifier: MIT
-- Returns: the roles somebody may invite to, the weakest first; none when they
--          may not invite.
-- Touches: user_roles (read).
create function core.roles_offered(p_user uuid) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(role order by core.role_rank(role)) filter (where core.role_may_offer(p_user, role)), '[]')
	from unnest('{recipient,member,driver,admin}'::text[]) role
$$;
