-- SPDX-License-Identifier: MIT
-- Does:    finds people and the roles they hold.
-- Args:    p_search our id, the application's, a number at Telegram or a part of
--          a name, whatever its case (null: everybody with a role above
--          recipient); p_limit people.
-- Returns: [{id, name, roles}], the strongest first.
-- Touches: users, identities, user_roles (read).
create function core.role_holders(p_search text, p_limit bigint) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(core.me_json(id) order by core.role_ceiling(id) desc, core.user_name(id)), '[]')
	from (
		select user_id as id from public.user_roles where p_search is null and role <> 'recipient'
		union select core.user_find(p_search)
		union select user_id from public.identities where kind = 'telegram' and subject = p_search
		union (select user_id from public.identities where kind <> 'stripe_customer'
			and position(lower(p_search) in lower(concat_ws(' ', profile->>'first_name', profile->>'last_name', profile->>'username'))) > 0
			limit p_limit)
		limit p_limit) found
	where id is not null
$$;
