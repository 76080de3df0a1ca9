-- SPDX-License-Identifier: MIT
-- Does:    shows an account.
-- Args:    p_caller a service key (names p_user), the user or their session.
-- Returns: {user_id, balance, available, lots:[{id, source, amount, remaining,
--          expires_at, granted_at}] in burn order, next_expiry:{amount,
--          expires_at}|null, streak:{days}}; what has expired is left out.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user.
-- Touches: users, credit_lots, user_activity (read); a first JWT its user.
create function api.credits(p_caller jsonb, p_user text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_available bigint := core.balance_available(v_user);
begin
	return jsonb_build_object('user_id', v_user, 'balance', v_available, 'available', v_available,
		'lots', core.lots_json(v_user),
		'next_expiry', (select jsonb_build_object('amount', sum(remaining), 'expires_at', expires_at)
			from credit_lots where user_id = v_user and open and expires_at > core.now()
			group by expires_at order by expires_at limit 1),
		'streak', jsonb_build_object('days', core.streak_days(v_user, core.user_day(v_user, core.now()))));
end
$$;
revoke all on function api.credits(jsonb, text) from public;
