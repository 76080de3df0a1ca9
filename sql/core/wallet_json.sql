-- SPDX-License-Identifier: MIT
-- Returns: {user_id, balance, available, held, debt, lots:[{id, source, amount,
--          remaining, expires_at, granted_at}] in burn order, holds:[{hold_id,
--          amount, agent, created_at, expires_at}], next_expiry:{amount,
--          expires_at}|null, streak:{days, next:{days, credits, in}|null}}.  balance and available are what can
--          be spent now; held is set aside and comes on top.  What has expired
--          is left out, booked or not.
-- Touches: users, credits, credit_lots, credit_holds, credit_transactions,
--          transaction_lots, user_activity, streak_rules, streak_awards (read).
create function core.wallet_json(p_user uuid) returns jsonb
language plpgsql stable as $$
declare
	v_lots jsonb := core.lots_json(p_user); -- asked once: all that is live follows from it
	v_available bigint := (select coalesce(sum((l->>'remaining')::bigint), 0) from jsonb_array_elements(v_lots) l);
	v_holds jsonb := core.holds_json(p_user);
begin
	return jsonb_build_object('user_id', p_user, 'balance', v_available, 'available', v_available,
		'held', (select coalesce(sum((h->>'amount')::bigint), 0) from jsonb_array_elements(v_holds) h),
		'debt', coalesce((select debt from credits where user_id = p_user), 0),
		'lots', v_lots,
		'holds', v_holds,
		'next_expiry', (select jsonb_build_object('amount', sum((l->>'remaining')::bigint), 'expires_at', l->'expires_at')
			from jsonb_array_elements(v_lots) l where l->>'expires_at' is not null
			group by l->'expires_at' order by min((l->>'expires_at')::timestamptz) limit 1),
		'streak', core.streak_json(p_user, core.user_day(p_user, core.now())));
end
$$;
