-- SPDX-License-Identifier: MIT
-- Returns: the answer to a request for a hold.
-- Args:    p_balance what was left after it.
create function core.hold_json(p_hold credit_holds, p_balance bigint, p_replayed boolean) returns jsonb
language sql stable as $$
	select jsonb_build_object('success', true, 'hold_id', p_hold.id, 'held', p_hold.amount,
		'balance', p_balance, 'expires_at', p_hold.expires_at, 'replayed', p_replayed)
$$;
