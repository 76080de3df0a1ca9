-- SPDX-License-Identifier: MIT
-- Does:    makes up what one account has left of each plan it subscribes to
--          below the plan's rollover_min; in its first month there is nothing
--          to roll over.  Once per month: the effect is unique.
-- Args:    p_user whose row of credits the caller has locked and whose excess
--          has expired; p_month, p_start as core.rollover_apply().
-- Touches: rollovers; what core.credits_grant() touches.
create function core.rollover_floor(p_month text, p_start timestamptz, p_user uuid) returns void
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_plan record;
begin
	for v_plan in
		select plan, least(coalesce(rollover_max, month, rollover_min), rollover_min) - remains as missing
		from (select s.price_id as plan, max(p.credits) as month,
				(select coalesce(sum(remaining), 0)::bigint from credit_lots
				where user_id = p_user and open and source in ('subscription', 'rollover') and plan = s.price_id
					and granted_at < p_start and (expires_at is null or expires_at > v_now)) as remains
			from subscriptions s join prices p on p.id = s.price_id
			where s.user_id = p_user and s.status = 'active' and exists (select from credit_lots l
				where l.user_id = p_user and l.plan = s.price_id and l.granted_at < p_start)
			group by s.price_id) held
		cross join lateral core.rollover_rule(plan)
		where rollover_min > 0 order by plan
	loop
		continue when v_plan.missing <= 0;
		perform core.credits_grant(p_user, 'rollover', v_plan.missing,
			'rollover:' || p_month || ':' || p_user || ':' || v_plan.plan, v_now, p_plan => v_plan.plan);
		insert into rollovers (month, user_id, rolled_over, expired, granted)
		values (p_month, p_user, v_plan.missing, 0, v_plan.missing)
		on conflict (user_id, month) do update set rolled_over = rollovers.rolled_over + excluded.granted,
			granted = rollovers.granted + excluded.granted;
	end loop;
end
$$;
