-- SPDX-License-Identifier: MIT
-- Returns: what an account owes once all that has run out is booked.
-- Args:    p_ended as of core.lots_claimable().
-- Touches: as core.lots_repaid().
create function core.debt_left(p_user uuid, p_ended timestamptz) returns bigint
language plpgsql stable as $$
begin
	return core.debt_before(p_user, 'infinity', p_ended)
		- (select coalesce(sum(lent), 0)::bigint from core.lots_repaid(p_user, p_ended));
end
$$;
