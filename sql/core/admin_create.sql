-- SPDX-License-Identifier: MIT
-- Does:    makes somebody an admin, a new person when nobody is called that, with
--          a login link.  Owner only.
-- Args:    p_name as core.user_named(), or a new operator's name; p_token_hash as
--          core.login_link_add().
-- Returns: the user's id.
-- Raises:  invalid_field.
-- Touches: users, user_roles, login_links, audit_log; trial of a new user.
create function core.admin_create(p_name text, p_token_hash text) returns uuid
language plpgsql volatile as $$
declare
	v_user uuid;
begin
	if coalesce(p_name, '') !~ '^[[:graph:]]([[:graph:] ]{0,98}[[:graph:]])?$' then
		perform core.fail('invalid_field', '{"field":"name"}');
	end if;
	v_user := coalesce(core.user_named(p_name), core.user_find('operator:' || p_name),
		core.user_create('operator:' || p_name, null));
	perform core.role_grant(v_user, 'admin');
	return core.login_link_add(v_user::text, p_token_hash);
end
$$;
