-- SPDX-License-Identifier: MIT
-- Does:    finds a user by our id, else by the application's own.
-- Returns: the id of the person (a merged placeholder's heir), or null.
-- Touches: users (read).
create function core.user_find(p_ref text) returns uuid
language plpgsql stable as $$
begin
	return coalesce(
		(select coalesce(merged_into, id) from users where id = core.uuid_or_null(p_ref)),
		(select coalesce(merged_into, id) from users where external_id = p_ref));
end
$$;
