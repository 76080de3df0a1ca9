-- SPDX-License-Identifier: MIT
-- Does:    takes a role from somebody and writes it down; who does not hold it
--          changes nothing.  Somebody always stays admin: the rows of all admins
--          are locked, so two cannot remove each other at once.
-- Args:    as core.role_grant().
-- Returns: whether it was held.
-- Raises:  last_admin.
-- Touches: user_roles, audit_log.
create function core.role_revoke(p_user uuid, p_role text, p_by uuid default null, p_key bigint default null,
	p_detail jsonb default '{}')
returns boolean
language plpgsql volatile as $$
begin
	if p_role = 'admin' then
		perform from user_roles where role = 'admin' order by user_id for update;
	end if;
	delete from user_roles where user_id = p_user and role = p_role
		and (role <> 'admin' or exists (select from user_roles where role = 'admin' and user_id <> p_user));
	if found then
		perform core.audit(p_by, p_key, 'role.revoke', p_user::text, p_detail || jsonb_build_object('role', p_role));
		return true;
	elsif exists (select from user_roles where user_id = p_user and role = p_role) then
		perform core.fail('last_admin');
	end if;
	return false;
end
$$;
