-- SPDX-License-Identifier: MIT
-- Returns: the calendar day of a moment by the user's time zone; UTC when none
--          is known.
-- Touches: users (read).
create function core.user_day(p_user uuid, p_now timestamptz) returns date
language plpgsql stable as $$
begin
	return (p_now at time zone coalesce((select time_zone from users where id = p_user), 'UTC'))::date;
end
$$;
