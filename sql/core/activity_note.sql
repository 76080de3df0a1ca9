-- SPDX-License-Identifier: MIT
-- Does:    notes that the user was active today, by their own calendar.
-- Args:    p_user whose row of credits the caller has locked, p_now core.now().
-- Touches: credits.active_on, user_activity; nothing on the day's later calls.
create function core.activity_note(p_user uuid, p_now timestamptz) returns void
language plpgsql volatile as $$
declare
	v_today date := core.user_day(p_user, p_now);
begin
	update credits set active_on = v_today
	where user_id = p_user and active_on is distinct from v_today;
	if found then
		insert into user_activity (user_id, activity_date) values (p_user, v_today)
		on conflict do nothing;
	end if;
end
$$;
