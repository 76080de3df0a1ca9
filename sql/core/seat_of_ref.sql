-- SPDX-License-Identifier: MIT
-- Does:    finds or makes the seat of a reference that is no order of ours: the
--          operator's server or SQL asks for it by a name of its own.
-- Args:    p_ref the reference, p_user whom it is for or null; a user who has a
--          live seat keeps it.
-- Returns: the seat's id.
-- Touches: seats.
create function core.seat_of_ref(p_ref text, p_user uuid) returns bigint
language plpgsql volatile as $$
begin
	insert into seats (user_id, order_ref, owed_at) values (p_user, p_ref, core.now())
	on conflict do nothing;
	return coalesce((select id from seats where user_id = p_user
			and state in ('owed', 'allocated', 'viewed', 'joined')),
		(select id from seats where order_ref = p_ref));
end
$$;
