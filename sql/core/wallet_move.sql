-- SPDX-License-Identifier: MIT
-- Does:    moves the payments and credits of one account to another, lot by lot, except
--          trial credits, which end (what was spent of them ends in the other
--          trial).  What has run out is booked first on both sides, and what the one
--          that goes holds comes back.  The ledgers say so on both sides.
-- Args:    p_from, p_into accounts.
-- Touches: payments, credits, credit_lots, credit_transactions, transaction_lots,
--          credit_holds.
create function core.wallet_move(p_from uuid, p_into uuid) returns void
language plpgsql volatile as $$
declare
	v_moved bigint;
begin
	insert into credits (user_id, updated_at) values (p_into, core.now()) on conflict do nothing;
	perform from credits where user_id in (p_from, p_into) order by user_id for no key update;
	perform core.lots_expire(p_from, core.now());
	perform core.lots_expire(p_into, core.now());
	update payments set user_id = p_into where user_id = p_from;
	perform core.holds_void(p_from, core.now());
	perform core.trial_merge(p_from, p_into);
	update credit_lots set expires_at = core.now() where user_id = p_from and source = 'trial' and open;
	perform core.lots_expire(p_from, core.now());
	with moved as (
		update credit_lots set user_id = p_into where user_id = p_from and (open or clawed > 0 or lent > 0)
		returning remaining
	)
	select coalesce(sum(remaining), 0)::bigint into v_moved from moved;
	if v_moved > 0 then
		perform core.balance_adjust(p_from, -v_moved, jsonb_build_object('moved_to', p_into));
		perform core.balance_adjust(p_into, v_moved, jsonb_build_object('moved_from', p_from));
	end if;
	perform core.wallet_settle(p_from, jsonb_build_object('moved_to', p_into));
	perform core.wallet_settle(p_into, jsonb_build_object('moved_from', p_from));
end
$$;
