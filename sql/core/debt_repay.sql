-- SPDX-License-Identifier: MIT
-- Does:    lets credits that came back to an account's lots repay its debt: from
--          the lot of the payment that was reversed first, as core.wallet_settle().
-- Args:    p_user whose row of credits the caller has locked; p_why for the ledger.
-- Touches: what core.wallet_settle() touches, when there is a debt.
create function core.debt_repay(p_user uuid, p_why text) returns void
language plpgsql volatile as $$
begin
	if exists (select from credits where user_id = p_user and debt > 0) then
		perform core.wallet_settle(p_user, jsonb_build_object('why', p_why));
	end if;
end
$$;
