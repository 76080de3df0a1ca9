-- SPDX-License-Identifier: MIT
-- Does:    lets a seat ask again when its invite expired before anybody joined.
-- Args:    p_seat the seat's id.
-- Touches: seats.
create function core.seat_reopen(p_seat bigint) returns void
language sql volatile as $$
	update public.seats s set state = 'owed', invite_id = null, reissued = reissued + 1
	from public.invites_pool i
	where s.id = p_seat and s.state in ('allocated', 'viewed') and s.reissued < 3
		and i.id = s.invite_id and i.expires_at <= core.now()
$$;
