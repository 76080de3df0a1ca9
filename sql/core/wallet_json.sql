-- SPDX-License-Identifier: MIT
-- Returns: {user_id, balance, available, held, debt, lots:[{id, source, amount,
--          remaining, expires_at, granted_at}] in burn order, holds:[{hold_id,
--          amount, agent, created_at, expires_at}], next_expiry:{amount,
--          expires_at}|null, streak:{days, next:{days, credits, in}|null}}.  balance and available are what can
--          be spent now; held is set aside and comes on top.  What has expired
--          is left out, booked or not.
-- Touches: users, credits, credit_lots, credit_holds, credit_transactions,
--          transaction_lots, payments, user_activity, streak_rules, streak_awards (read).
create function core.wallet_json(p_user uuid) returns jsonb
language plpgsql stable as $$
declare
	v_now timestamptz := core.now();
	v_today date;
	v_debt bigint;
	v_hold_ends timestamptz;
	v_lots jsonb;
	v_credits bigint;
	v_first timestamptz;
	v_expiring bigint;
	v_holds jsonb := '[]';
	v_held bigint := 0;
begin
	select (v_now at time zone coalesce(u.time_zone, 'UTC'))::date, coalesce(c.debt, 0),
		(select min(expires_at) from credit_holds where user_id = p_user and state = 'held')
	into v_today, v_debt, v_hold_ends from users u left join credits c on c.user_id = u.id where u.id = p_user;
	select coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'source', source, 'amount', amount, 'remaining', remaining,
			'expires_at', expires_at, 'granted_at', granted_at)), '[]'),
		coalesce(sum(remaining), 0), min(first), sum(remaining) filter (where expires_at = first)
	into v_lots, v_credits, v_first, v_expiring
	from (select *, min(expires_at) over () as first from core.lots_live(p_user, v_now)
		order by priority, expires_at nulls last, paid, granted_at, id) l;
	if v_hold_ends is not null then
		select holds, credits into v_holds, v_held from core.holds_json(p_user, v_now);
	end if;
	if v_hold_ends <= v_now then
		v_debt := core.debt_left(p_user, v_now);
	end if;
	return jsonb_build_object('user_id', p_user, 'balance', v_credits, 'available', v_credits,
		'held', v_held, 'debt', v_debt, 'lots', v_lots, 'holds', v_holds,
		'next_expiry', case when v_first is not null then
			jsonb_build_object('amount', v_expiring, 'expires_at', v_first) end,
		'streak', core.streak_json(p_user, v_today));
end
$$;
