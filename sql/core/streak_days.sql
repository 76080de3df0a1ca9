-- SPDX-License-Identifier: MIT
-- Returns: how many days in a row the user was active, up to today; yesterday
--          still counts, today can still come.
-- Args:    p_today by the user's calendar.
-- Touches: user_activity (read).
create function core.streak_days(p_user uuid, p_today date) returns integer
language sql stable as $$
	with recursive days as (
		select max(activity_date) as day from public.user_activity
		where user_id = p_user and activity_date between p_today - 1 and p_today
		union all
		select a.activity_date from days
		join public.user_activity a on a.user_id = p_user and a.activity_date = days.day - 1
	)
	select count(day)::integer from days
$$;
