-- SPDX-License-Identifier: MIT
-- Returns: the credits a user can spend now: open lots that have not expired.
-- Touches: credit_lots (read).
create function core.balance_available(p_user uuid) returns bigint
language plpgsql stable as $$
begin
	return (select coalesce(sum(remaining), 0)::bigint from credit_lots
		where user_id = p_user and open and (expires_at is null or expires_at > core.now()));
end
$$;
