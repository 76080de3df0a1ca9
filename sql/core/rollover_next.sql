-- SPDX-License-Identifier: MIT
-- Returns: the next accounts of a run in order of their id: those with
--          subscription credits from before it, those whose holds have run out
--          (they may hold such credits), and where a plan makes up credits also
--          its subscribers who have none left.
-- Args:    p_after the last account that is done, or null; p_start the month's
--          first moment; p_size at most so many.
-- Touches: credit_lots, credit_holds, subscriptions, rollover_rules (read).
create function core.rollover_next(p_after uuid, p_start timestamptz, p_size integer) returns uuid[]
language plpgsql stable as $$
declare
	v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
	v_floor boolean := exists (select from rollover_rules where rollover_min > 0);
begin
	return array(
		select user_id from (
			(select distinct user_id from credit_lots
			where user_id > v_after and open and source in ('subscription', 'rollover') and granted_at < p_start
			order by user_id limit p_size)
			union
			(select distinct user_id from credit_holds
			where user_id > v_after and state = 'held' and expires_at <= core.now() order by user_id limit p_size)
			union
			(select distinct user_id from subscriptions
			where v_floor and user_id > v_after and status = 'active' order by user_id limit p_size)
		) found order by user_id limit p_size);
end
$$;
