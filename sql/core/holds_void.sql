-- SPDX-License-Identifier: MIT
-- Does:    gives back what any hold of one account took, whatever its time.
-- Args:    p_user whose row of credits the caller has locked, p_now core.now().
-- Touches: credit_holds and what core.hold_return() touches.
create function core.holds_void(p_user uuid, p_now timestamptz) returns void
language plpgsql volatile as $$
declare
	v_hold credit_holds;
begin
	for v_hold in select * from credit_holds where user_id = p_user and state = 'held' order by id loop
		update credit_holds set state = 'voided', settled_at = p_now,
			release_id = core.hold_return(v_hold, 'hold_void', p_now)
		where id = v_hold.id;
	end loop;
end
$$;
