-- SPDX-License-Identifier: MIT
-- Returns: the credits a user can spend now.
-- Touches: as core.lots_live().
create function core.balance_available(p_user uuid) returns bigint
language plpgsql stable as $$
declare
	v_now timestamptz := core.now();
begin
	return (select coalesce(sum(remaining), 0)::bigint from core.lots_live(p_user, v_now));
end
$$;
