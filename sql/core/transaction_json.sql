-- SPDX-License-Identifier: MIT
-- Returns: a ledger row as it is shown.
create function core.transaction_json(p_row credit_transactions) returns jsonb
language sql stable as $$
	select jsonb_build_object('id', p_row.id::text, 'type', p_row.type, 'amount', p_row.amount,
		'balance', p_row.balance, 'agent', p_row.agent, 'quantity', p_row.quantity,
		'metadata', p_row.metadata, 'created_at', p_row.created_at)
$$;
