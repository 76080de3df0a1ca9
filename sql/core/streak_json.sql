-- SPDX-License-Identifier: MIT
-- Returns: {days in a row, next:{days, credits, in: days from now}|null}: the
--          next rule that still brings the user something.
-- Args:    p_today by the user's calendar.
-- Touches: user_activity, streak_rules, streak_awards (read).
create function core.streak_json(p_user uuid, p_today date) returns jsonb
language plpgsql stable as $$
declare
	v_days integer := core.streak_days(p_user, p_today);
begin
	return jsonb_build_object('days', v_days, 'next', (
		select jsonb_build_object('days', r.days, 'credits', r.credits, 'in', greatest(r.days - v_days, 1))
		from streak_rules r
		where r.active and not exists (select from streak_awards a where a.user_id = p_user and a.days = r.days)
		order by r.days limit 1));
end
$$;
