-- SPDX-License-Identifier: MIT
-- Does:    rolls the subscription credits of all accounts over into a month.
--          Per account: kept = min(left, largest single grant), oldest go first.
--          Set-based; accounts are locked in sorted order.
-- Args:    p_name the month (YYYY-MM) whose row in rollover_runs the caller
--          just inserted, p_start its first moment.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots,
--          rollovers, rollover_runs.
create function core.rollover_apply(p_name text, p_start timestamptz) returns void
language plpgsql volatile as $$
begin
	perform from credits c
	where exists (select from credit_lots l where l.user_id = c.user_id and l.open
		and l.source = 'subscription' and l.granted_at < p_start)
	order by user_id for no key update;
	with old as (
		select id, user_id, amount, remaining,
			sum(remaining) over (partition by user_id order by granted_at, id) - remaining as before,
			sum(remaining) over (partition by user_id) as remains,
			max(amount) over (partition by user_id) as cap
		from credit_lots where open and source = 'subscription' and granted_at < p_start
	), gone as (
		select id, user_id, least(remaining, remains - cap - before)::bigint as amount
		from old where before < remains - cap
	), burnt as (
		update credit_lots l set remaining = l.remaining - gone.amount from gone where l.id = gone.id
	), account as (
		select user_id, least(remains, cap)::bigint as kept, greatest(remains - cap, 0)::bigint as expired
		from old group by user_id, remains, cap
	), wallet as (
		update credits c set balance = balance - a.expired, updated_at = core.now()
		from account a where c.user_id = a.user_id and a.expired > 0
		returning c.user_id, c.balance, a.expired
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, effect, request_id, created_at)
		select user_id, 'expiry', -expired, balance, 'rollover:' || p_name || ':' || user_id,
			core.request_id(), core.now()
		from wallet
		returning id, user_id
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, gone.id, gone.amount from entry join gone using (user_id)
	), kept as (
		insert into rollovers (month, user_id, rolled_over, expired)
		select p_name, user_id, kept, expired from account
		returning rolled_over, expired
	)
	update rollover_runs r set (accounts, rolled_over, expired) = (select count(*),
		coalesce(sum(kept.rolled_over), 0), coalesce(sum(kept.expired), 0) from kept)
	where r.month = p_name;
end
$$;
