-- SPDX-License-Identifier: MIT
-- Returns: how long a session of that user lasts without being used: 30 days,
--          an admin's 7.
-- Touches: user_roles (read).
create function core.session_lifetime(p_user uuid) returns interval
language sql stable as $$
	select case when exists (select from public.user_roles where user_id = p_user and role = 'admin')
		then interval '7 days' else interval '30 days' end
$$;
