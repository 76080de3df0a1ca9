-- SPDX-License-Identifier: MIT
-- Does:    finds a user by our id, else by the application's own.
-- Returns: the id of the person (a merged placeholder's heir), or null.
-- Touches: users (read).
create function core.user_find(p_ref text) returns uuid
language plpgsql stable as $$
declare
	v_id uuid := core.uuid_or_null(p_ref); -- in the query it would be planned anew each time
	v_user uuid;
begin
	if v_id is not null then
		select coalesce(merged_into, id) into v_user from users where id = v_id;
	end if;
	if v_user is null then
		select coalesce(merged_into, id) into v_user from users where external_id = p_ref;
	end if;
	return v_user;
end
$$;
