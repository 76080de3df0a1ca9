-- SPDX-License-Identifier: MIT
-- Does:    takes back what core.attempt_begin() counted, of one who did sign in,
--          and counts the sign-ins of that person.
-- Args:    p_kind, p_client as there; p_user who it is, null: nobody signed in yet.
-- Raises:  too_many_requests {retry_after}: too many for one person.
-- Touches: attempts, attempt_limits (read).
create function core.attempt_passed(p_kind text, p_client text, p_user uuid) returns void
language plpgsql volatile as $$
declare
	v_limit attempt_limits := (select l from attempt_limits l where kind = p_kind);
begin
	update attempts set count = count - 1
	where kind = p_kind and who = 'client:' || core.client_mark(p_client) and count > 0;
	if p_user is not null then
		perform core.attempt_count(p_kind, 'person:' || p_user, v_limit.per_person, v_limit.period);
	end if;
end
$$;
