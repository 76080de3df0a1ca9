-- SPDX-License-Identifier: MIT
-- Returns: the spendable lots of a user as JSON, in the order they will burn.
-- Touches: credit_lots (read).
create function core.lots_json(p_user uuid) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'source', source, 'amount', amount,
			'remaining', remaining, 'expires_at', expires_at, 'granted_at', granted_at)
			order by priority, expires_at nulls last, paid, granted_at, id), '[]')
		from credit_lots
		where user_id = p_user and open and (expires_at is null or expires_at > core.now()));
end
$$;
