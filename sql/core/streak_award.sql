-- SPDX-License-Identifier: MIT
-- Does:    gives the bonus of every streak rule that a new active day reaches,
--          once per person and rule, whoever noted the day.
-- Touches: streak_awards; what core.credits_grant() touches.
create function core.streak_award() returns trigger
language plpgsql as $$
declare
	v_days integer := core.streak_days(new.user_id, new.activity_date);
	v_rule record;
begin
	for v_rule in
		with fresh as (
			insert into streak_awards (user_id, days, credits, awarded_on)
			select new.user_id, days, credits, new.activity_date from streak_rules where active and days <= v_days
			on conflict do nothing
			returning days, credits
		)
		select days, credits from fresh order by days
	loop
		perform core.credits_grant(new.user_id, 'bonus', v_rule.credits,
			'streak:' || v_rule.days || ':' || new.user_id, core.now());
	end loop;
	return null;
end
$$;
drop trigger if exists streak_award on user_activity;
create trigger streak_award after insert on user_activity
	for each row execute function core.streak_award();
