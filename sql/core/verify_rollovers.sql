-- SPDX-License-Identifier: MIT
-- Returns: the checks of the monthly runs, as core.verify().
-- Touches: rollover_runs, rollovers, credits (read).
create function core.verify_rollovers() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each monthly run is the sum of its accounts', count(*), count(*) filter (where bad), min(month) filter (where bad)
	from (select month, r.month is null or (coalesce(o.accounts, 0), coalesce(o.kept, 0), coalesce(o.expired, 0),
				coalesce(o.granted, 0)) <> (r.accounts, r.rolled_over, r.expired, r.granted) as bad
		from public.rollover_runs r full join (select month, count(*) as accounts, sum(rolled_over) as kept,
				sum(expired) as expired, sum(granted) as granted
			from public.rollovers group by 1) o using (month)) x
	union all
	select 'each account that was rolled over exists', count(*), count(*) filter (where bad), min(who) filter (where bad)
	from (select o.user_id::text as who, c.user_id is null as bad
		from public.rollovers o left join public.credits c using (user_id)) x
$$;
