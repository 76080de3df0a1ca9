-- SPDX-License-Identifier: MIT
-- Does:    finds a user as an operator may name them: by our id, by the
--          application's own, or by an identity, "telegram:1001", "wallet:0x…".
-- Returns: the user's id, or null.
-- Touches: users, identities (read).
create function core.user_named(p_ref text) returns uuid
language sql stable as $$
	select coalesce(core.user_find(p_ref), (select user_id from public.identities
		where kind = split_part(p_ref, ':', 1)
			and subject in (substr(p_ref, strpos(p_ref, ':') + 1), lower(substr(p_ref, strpos(p_ref, ':') + 1)))
		limit 1))
$$;
