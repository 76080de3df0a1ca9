-- SPDX-License-Identifier: MIT
-- Returns: the rule of a plan, its own or that of '*'; rollover_max null: one
--          grant of the plan.
-- Touches: rollover_rules (read).
create function core.rollover_rule(p_plan text, out rollover_min bigint, out rollover_max bigint)
language sql stable as $$
	select coalesce(own.rollover_min, every.rollover_min, 0),
		case when own.plan is null then every.rollover_max else own.rollover_max end
	from (select p_plan as plan) asked
	left join public.rollover_rules own on own.plan = asked.plan
	left join public.rollover_rules every on every.plan = '*'
$$;
