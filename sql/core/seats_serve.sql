-- SPDX-License-Identifier: MIT
-- Does:    gives stock to those who asked in vain, in the order they asked.
-- Args:    the caller holds the pool lock.
-- Returns: how many were served.
-- Touches: invites_pool, seats.
create function core.seats_serve() returns bigint
language plpgsql volatile as $$
declare
	v_served bigint;
begin
	with stock as (
		select id, row_number() over (order by created_at, id) as n from (
			select id, created_at from invites_pool
			where used_at is null and (expires_at is null or expires_at > core.now())
			order by created_at, id
			limit (select count(*) from seats where state = 'owed' and asked_at is not null)
			for update skip locked) s
	), waiting as (
		select id, order_ref, row_number() over (order by asked_at, id) as n from (
			select id, order_ref, asked_at from seats
			where state = 'owed' and asked_at is not null
			order by asked_at, id
			limit (select count(*) from stock)
			for update) w
	), given as (
		update invites_pool p set used_at = core.now(), used_by = w.order_ref
		from waiting w join stock s using (n)
		where p.id = s.id and p.used_at is null
		returning p.id as invite_id, w.id as seat_id
	), served as (
		update seats set state = 'allocated', invite_id = given.invite_id, allocated_at = core.now()
		from given
		where id = given.seat_id and state = 'owed'
		returning 1
	)
	select count(*) into v_served from served;
	return v_served;
end
$$;
