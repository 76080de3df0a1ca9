-- SPDX-License-Identifier: MIT
-- Returns: the meter's answer.  The transaction's id is text: callers keep it,
--          they do not count with it.  (Stable, as jsonb_build_object() is: so
--          it is inlined.)
create function core.meter_json(p_id bigint, p_charged bigint, p_balance bigint, p_replayed boolean)
returns jsonb
language sql stable as $$
	select jsonb_build_object('success', true, 'transaction_id', p_id::text, 'charged', p_charged,
		'balance', p_balance, 'replayed', p_replayed)
$$;
