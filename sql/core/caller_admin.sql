-- SPDX-License-Identifier: MIT
-- Does:    lets admins in, by their browser session.
-- Returns: the admin's id.
-- Raises:  unauthorized, forbidden.
-- Touches: sessions, user_roles (read).
create function core.caller_admin(p_caller jsonb) returns uuid
language plpgsql volatile as $$
declare
	v_caller record := core.caller(p_caller, '{session}');
begin
	if not 'admin' = any (v_caller.roles) then
		perform core.fail('forbidden');
	end if;
	return v_caller.user_id;
end
$$;
