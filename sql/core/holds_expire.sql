-- SPDX-License-Identifier: MIT
-- Does:    gives back what holds of one account took whose time is over.
-- Args:    p_user whose row of credits the caller has locked, p_now core.now().
-- Returns: credits given back.
-- Touches: credit_holds and what core.hold_return() touches.
create function core.holds_expire(p_user uuid, p_now timestamptz) returns bigint
language plpgsql volatile as $$
declare
	v_hold credit_holds;
	v_total bigint := 0;
begin
	for v_hold in select * from credit_holds
		where user_id = p_user and state = 'held' and expires_at <= p_now order by expires_at, id
	loop
		update credit_holds set state = 'expired', settled_at = p_now,
			release_id = core.hold_return(v_hold, 'hold_void', p_now)
		where id = v_hold.id;
		v_total := v_total + v_hold.amount;
	end loop;
	return v_total;
end
$$;
