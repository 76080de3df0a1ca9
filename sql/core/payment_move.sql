-- SPDX-License-Identifier: MIT
-- Does:    hands one payment to another account: what is left of its credits,
--          and its debt.  An invoice may come before the session that says whom
--          its credits are for.  What the first account holds comes back first.
-- Args:    p_payment not of status none; p_into the account, null: nothing to do.
-- Touches: payments, credits, credit_lots, credit_transactions, transaction_lots,
--          credit_holds.
create function core.payment_move(p_payment bigint, p_into uuid) returns void
language plpgsql volatile as $$
declare
	v_paid payments;
	v_left bigint;
begin
	select * into v_paid from payments where id = p_payment for no key update;
	if p_into is null or v_paid.user_id = p_into then
		return;
	end if;
	insert into credits (user_id, updated_at) values (p_into, core.now()) on conflict do nothing;
	perform from credits where user_id in (v_paid.user_id, p_into) order by user_id for no key update;
	perform core.holds_void(v_paid.user_id, core.now());
	perform core.lots_expire(v_paid.user_id, core.now());
	update payments set user_id = p_into where id = p_payment;
	update credit_lots set user_id = p_into where effect = v_paid.effect returning remaining into v_left;
	if v_left > 0 then
		perform core.balance_adjust(v_paid.user_id, -v_left, jsonb_build_object('moved_to', p_into));
		perform core.balance_adjust(p_into, v_left, jsonb_build_object('moved_from', v_paid.user_id));
	end if;
	perform core.wallet_settle(v_paid.user_id, jsonb_build_object('moved_to', p_into));
	perform core.wallet_settle(p_into, jsonb_build_object('moved_from', v_paid.user_id));
end
$$;
