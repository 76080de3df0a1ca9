-- SPDX-License-Identifier: MIT
-- Does:    books what has run out in an account, then what went back of its
--          payments and what repays it.
-- Args:    p_user the account, p_metadata of the ledger row: why.
-- Touches: what core.lots_expire() and core.wallet_repay() touch.
create function core.wallet_settle(p_user uuid, p_metadata jsonb) returns void
language plpgsql volatile as $$
begin
	perform from credits where user_id = p_user for no key update;
	perform core.lots_expire(p_user, core.now());
	perform core.wallet_repay(p_user, p_metadata);
end
$$;
