-- SPDX-License-Identifier: MIT
-- Returns: how many days in a row the user was active, up to today; yesterday
--          still counts, today can still come.
-- Args:    p_today by the user's calendar.
-- Touches: user_activity (read).
-- (PL/pgSQL keeps the plan; as a SQL function it was a third of a read.)
create function core.streak_days(p_user uuid, p_today date) returns integer
language plpgsql stable as $$
begin
	return (with recursive days as (
		select max(activity_date) as day from user_activity
		where user_id = p_user and activity_date between p_today - 1 and p_today
		union all
		select a.activity_date from days
		join user_activity a on a.user_id = p_user and a.activity_date = days.day - 1
	)
	select count(day)::integer from days);
end
$$;
