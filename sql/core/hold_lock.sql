-- SPDX-License-Identifier: MIT
-- Does:    finds a hold the caller may settle and locks its account, so that
--          whoever comes second sees what the first one did.
-- Args:    p_kind and p_self from core.caller(), p_hold the hold named.
-- Returns: the hold as it is under the lock.
-- Raises:  unknown_hold, also for another person's.
-- Touches: credit_holds (read), credits (locked).
create function core.hold_lock(p_kind text, p_self uuid, p_hold text) returns credit_holds
language plpgsql volatile as $$
declare
	v_hold credit_holds;
begin
	perform from credits where user_id = (select user_id from credit_holds
		where id = core.uuid_or_null(p_hold) and (p_kind = 'key' or user_id = p_self))
	for no key update;
	if not found then
		perform core.fail('unknown_hold');
	end if;
	select * into v_hold from credit_holds where id = core.uuid_or_null(p_hold);
	return v_hold;
end
$$;
