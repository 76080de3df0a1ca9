-- SPDX-License-Identifier: MIT
-- Does:    lets the earliest order of a person that is paid carry their seat,
--          when they have none.
-- Args:    p_user the person.
-- Touches: seats.
create function core.seat_pass_on(p_user uuid) returns void
language sql volatile as $$
	select core.seat_owe(o)
	from (select o.id from public.orders o
		where user_id = p_user and status = 'paid' and settled_at is not null and discord
			and not exists (select from public.seats where order_id = o.id)
		order by paid_at, session_id limit 1) x
	join public.orders o using (id)
$$;
