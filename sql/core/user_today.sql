-- SPDX-License-Identifier: MIT
-- Returns: today's date by the user's time zone; UTC when it is not known.
-- Touches: users (read).
create function core.user_today(p_user uuid) returns date
language plpgsql stable as $$
begin
	return (core.now() at time zone coalesce(
		(select time_zone from users where id = p_user), 'UTC'))::date;
end
$$;
