-- SPDX-License-Identifier: MIT
-- Does:    books what has expired, holds and lots, in accounts where nobody
--          spends.  Nothing depends on it but how the books look.  Owner only;
--          accounts that are busy are left to the next run.
-- Args:    p_limit accounts at most.
-- Returns: how many accounts were swept; fewer than p_limit: done.
-- Touches: the wallet, credit_holds.
create function core.expiry_sweep(p_limit bigint) returns bigint
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_user uuid;
	v_count bigint := 0;
begin
	for v_user in select user_id from credits where user_id in (
			select user_id from credit_holds where state = 'held' and expires_at <= v_now
			union select user_id from credit_lots where open and expires_at <= v_now)
		order by user_id limit p_limit for no key update skip locked
	loop
		perform core.lots_expire(v_user, v_now);
		v_count := v_count + 1;
	end loop;
	return v_count;
end
$$;
