-- SPDX-License-Identifier: MIT
-- Does:    lets credits that came back to an account's lots repay what went back of
--          its payments: from the lot of the payment that was reversed first, and
--          others that stood in for it get theirs back, as core.wallet_repay().
-- Args:    p_user whose row of credits the caller has locked; p_why for the ledger.
-- Touches: what core.wallet_repay() touches, when money went back.
create function core.debt_repay(p_user uuid, p_why text) returns void
language plpgsql volatile as $$
begin
	if exists (select from payments where user_id = p_user and clawed > 0) then
		perform core.wallet_repay(p_user, jsonb_build_object('why', p_why));
	end if;
end
$$;
