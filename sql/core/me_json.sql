-- SPDX-License-Identifier: MIT
-- Returns: what a page's frame says of who is signed in: {id, name, roles,
--          admin, inviter, language}; null for nobody.  inviter: may invite.
-- Touches: users, identities, user_roles (read).
create function core.me_json(p_user uuid) returns jsonb
language sql stable as $$
	select jsonb_build_object('id', u.id, 'name', core.user_name(u.id), 'roles', to_jsonb(r.roles),
		'admin', 'admin' = any (r.roles), 'inviter', r.roles && '{admin,driver}', 'language', u.language)
	from public.users u,
		lateral (select array(select role from public.user_roles where user_id = u.id order by 1) as roles) r
	where u.id = p_user
$$;
