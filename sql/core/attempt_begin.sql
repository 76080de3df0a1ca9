-- SPDX-License-Identifier: MIT
-- Does:    lets somebody try to sign in; counts the try as failed until
--          core.attempt_passed() takes that back.  Who tries many doors at the
--          same time waits for one's own row: none is tried uncounted.
-- Args:    p_kind as in attempt_limits, p_client the address.
-- Raises:  too_many_requests {retry_after}: this address failed too often, or
--          everybody did and this one too.
-- Touches: attempts, attempt_limits (read), client_salts.
create function core.attempt_begin(p_kind text, p_client text) returns void
language plpgsql volatile as $$
declare
	v_limit attempt_limits := (select l from attempt_limits l where kind = p_kind);
	v_storm boolean := exists (select from attempts where kind = p_kind and who = 'everybody'
		and count >= v_limit.overall and since > core.now() - v_limit.period);
begin
	perform core.attempt_count(p_kind, 'client:' || core.client_mark(p_client),
		case when v_storm then 1 else v_limit.per_client end, v_limit.period);
end
$$;
