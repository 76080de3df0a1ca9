-- SPDX-License-Identifier: MIT
-- Returns: who somebody is, as they are told themselves: {id, name, roles,
--          identities: core.identities_json(), language|null, time_zone}.
-- Touches: users, identities, user_roles (read).
create function core.user_json(p_user uuid) returns jsonb
language sql stable as $$
	select jsonb_build_object('id', id, 'name', core.user_name(id),
		'roles', to_jsonb(array(select role from public.user_roles r where r.user_id = users.id order by 1)),
		'identities', core.identities_json(id), 'language', language, 'time_zone', time_zone)
	from public.users where id = p_user
$$;
