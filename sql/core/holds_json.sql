-- SPDX-License-Identifier: MIT
-- Returns: the holds of a user that are not over, the next to end first.
-- Touches: credit_holds, credit_transactions (read).
create function core.holds_json(p_user uuid) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('hold_id', h.id, 'amount', -t.amount, 'agent', t.agent,
			'created_at', h.created_at, 'expires_at', h.expires_at) order by h.expires_at, h.id), '[]')
		from credit_holds h join credit_transactions t on t.id = h.transaction_id
		where h.user_id = p_user and h.state = 'held' and h.expires_at > core.now());
end
$$;
