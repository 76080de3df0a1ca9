-- SPDX-License-Identifier: MIT
-- Returns: the holds of a user that are not over, the next to end first, and the
--          credits set aside in them.
-- Args:    p_now core.now().
-- Touches: credit_holds, credit_transactions (read).
create function core.holds_json(p_user uuid, p_now timestamptz, out holds jsonb, out credits bigint)
language plpgsql stable as $$
begin
	select coalesce(jsonb_agg(jsonb_build_object('hold_id', h.id, 'amount', h.amount, 'agent', t.agent,
			'created_at', h.created_at, 'expires_at', h.expires_at) order by h.expires_at, h.id), '[]'),
		coalesce(sum(h.amount), 0)
	into holds, credits
	from credit_holds h join credit_transactions t on t.id = h.transaction_id
	where h.user_id = p_user and h.state = 'held' and h.expires_at > p_now;
end
$$;
