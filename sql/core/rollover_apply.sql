-- SPDX-License-Identifier: MIT
-- Does:    rolls the subscription credits of some accounts over into a month,
--          also what holds took whose time is over.
--          Per account and plan MIN(max, MAX(left, min)) stays and the rest
--          expires, oldest first, as booked breakage; what is below the plan's
--          min is made up.  Set-based.  Once per account and month: the row of
--          rollovers comes with the bookings, in one statement.
-- Args:    p_month (YYYY-MM) whose row in rollover_runs the caller has locked,
--          p_start its first moment, p_users sorted.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots, rollovers,
--          credit_holds.
create function core.rollover_apply(p_month text, p_start timestamptz, p_users uuid[]) returns void
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
begin
	perform from unnest(p_users) u join credits c on c.user_id = u order by c.user_id for no key update of c;
	perform core.holds_expire(u, v_now) from unnest(p_users) u
	where exists (select from credit_holds h where h.user_id = u and h.state = 'held' and h.expires_at <= v_now);
	with old as (
		select id, user_id, coalesce(plan, '*') as plan, remaining,
			sum(remaining) over (partition by user_id, plan order by granted_at, id) - remaining as before,
			sum(remaining) over (partition by user_id, plan) as remains,
			max(amount) over (partition by user_id, plan) as largest
		from credit_lots
		where user_id = any (p_users) and open and source in ('subscription', 'rollover')
			and granted_at < p_start and (expires_at is null or expires_at > v_now)
	), rule as materialized ( -- asked once per plan, not per lot
		select plan, rollover_min, rollover_max
		from (select distinct plan from old) p cross join lateral core.rollover_rule(plan)
	), kept as (
		select old.*, remains - least(coalesce(rollover_max, largest), greatest(remains, rollover_min)) as excess
		from old join rule using (plan)
	), gone as (
		select id, user_id, least(remaining, excess - before)::bigint as amount from kept where before < excess
	), burnt as (
		update credit_lots l set remaining = l.remaining - gone.amount, lapsed = l.lapsed + gone.amount from gone where l.id = gone.id
	), account as (
		select old.user_id, (sum(old.remaining) - coalesce(sum(gone.amount), 0))::bigint as kept,
			coalesce(sum(gone.amount), 0)::bigint as expired
		from old left join gone using (id) group by old.user_id
	), wallet as (
		update credits c set balance = balance - a.expired, updated_at = v_now
		from account a where c.user_id = a.user_id and a.expired > 0
		returning c.user_id, c.balance, a.expired
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, request_id, created_at)
		select user_id, 'expiry', -expired, balance, core.request_id(), v_now
		from wallet
		returning id, user_id
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, gone.id, gone.amount from entry join gone using (user_id)
	)
	insert into rollovers (month, user_id, rolled_over, expired)
	select p_month, user_id, kept, expired from account;
	if exists (select from rollover_rules where rollover_min > 0) then
		perform core.rollover_floor(p_month, p_start, u) from unnest(p_users) u;
	end if;
end
$$;
