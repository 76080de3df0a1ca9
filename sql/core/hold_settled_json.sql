-- SPDX-License-Identifier: MIT
-- Returns: the answer to a capture or a void; the numbers of the first time.
create function core.hold_settled_json(p_hold credit_holds, p_replayed boolean) returns jsonb
language sql stable as $$
	select jsonb_build_object('success', true, 'hold_id', p_hold.id, 'transaction_id', p_hold.usage_id::text,
		'charged', p_hold.captured, 'released', p_hold.amount - p_hold.captured,
		'balance', p_hold.balance, 'replayed', p_replayed)
$$;
