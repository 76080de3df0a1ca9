-- SPDX-License-Identifier: MIT
-- Returns: where somebody goes who has just signed in: where they wanted to,
--          else to the panel of an admin, else to their credits.
-- Args:    p_user who, p_next a path or null; of a strange one nothing is kept.
-- Touches: user_roles (read).
create function core.landing(p_user uuid, p_next text) returns text
language sql stable as $$
	select case when core.path_local(p_next) then p_next
		when exists (select from public.user_roles where user_id = p_user and role = 'admin') then '/admin'
		else '/credits' end
$$;
