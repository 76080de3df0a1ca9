-- SPDX-License-Identifier: MIT
-- Does:    settles a hold: what is captured is spent, the rest goes back to its
--          lots, where it repays a debt or, where they have expired meanwhile,
--          expires at once.
-- Args:    p_hold from core.hold_lock(); p_amount captured, 0 for none; p_key
--          and p_hash of the request or null.
-- Returns: the hold, settled.
-- Raises:  hold_expired (in time, swept or not), hold_settled.
-- Touches: credit_holds, the wallet, user_activity.
create function core.hold_settle(p_hold credit_holds, p_amount bigint, p_key text, p_hash bytea)
returns credit_holds
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_release bigint;
	v_usage bigint;
	v_hold credit_holds;
begin
	if p_hold.state = 'expired' or p_hold.state = 'held' and p_hold.expires_at <= v_now then
		perform core.fail('hold_expired');
	elsif p_hold.state <> 'held' then
		perform core.fail('hold_settled', jsonb_build_object('state', p_hold.state));
	end if;
	v_release := core.hold_return(p_hold, case when p_amount > 0 then 'hold_capture' else 'hold_void' end, v_now);
	if p_amount > 0 then
		v_usage := core.hold_spend(p_hold, p_amount, p_key, p_hash, v_now);
		perform core.activity_note(p_hold.user_id, v_now);
	end if;
	perform core.debt_repay(p_hold.user_id, 'hold settled');
	perform core.lots_expire(p_hold.user_id, v_now);
	update credit_holds h set state = case when p_amount > 0 then 'captured' else 'voided' end,
		captured = p_amount, release_id = v_release, usage_id = v_usage, settled_at = v_now,
		balance = (select c.balance from credits c where c.user_id = h.user_id)
	where h.id = p_hold.id and h.state = 'held'
	returning * into strict v_hold;
	return v_hold;
end
$$;
