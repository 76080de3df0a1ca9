-- SPDX-License-Identifier: MIT
-- Does:    gives back what holds of one account took whose time is over; what
--          came back repays a debt at once.
-- Args:    p_user whose row of credits the caller has locked, p_now core.now().
-- Returns: by how much the balance has risen.
-- Touches: credit_holds and what core.hold_return() and core.debt_repay() touch.
create function core.holds_expire(p_user uuid, p_now timestamptz) returns bigint
language plpgsql volatile as $$
declare
	v_hold credit_holds;
	v_before bigint := (select balance from credits where user_id = p_user);
begin
	for v_hold in select * from credit_holds
		where user_id = p_user and state = 'held' and expires_at <= p_now order by expires_at, id
	loop
		update credit_holds set state = 'expired', settled_at = p_now,
			release_id = core.hold_return(v_hold, 'hold_void', p_now)
		where id = v_hold.id;
	end loop;
	perform core.debt_repay(p_user, 'hold expired');
	return (select balance - v_before from credits where user_id = p_user);
end
$$;
