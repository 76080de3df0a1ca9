-- SPDX-License-Identifier: MIT
-- Does:    hands a placeholder's live seat to the person it stood for; one who
--          has a seat already keeps that, and the other ends.
-- Args:    p_from, p_into users.
-- Touches: seats.
create function core.seat_move(p_from uuid, p_into uuid) returns void
language plpgsql volatile as $$
begin
	update seats set state = 'revoked'
	where user_id = p_from and state in ('owed', 'allocated', 'viewed', 'joined')
		and exists (select from seats where user_id = p_into
			and state in ('owed', 'allocated', 'viewed', 'joined'));
	update seats set user_id = p_into where user_id = p_from;
end
$$;
