-- SPDX-License-Identifier: MIT
-- Does:    keeps the pace of each destination: the first message of one that is
--          free may go, the others get places one gap apart behind those that
--          wait already.
-- Args:    p_channel a channel with a pace per destination, p_now core.now(), p_ids
--          locked rows that are due, p_limit how many may go.
-- Returns: the ids that may go.
-- Touches: outbox, outbox_destinations.
create function core.outbox_spread(p_channel text, p_now timestamptz, p_ids bigint[], p_limit integer) returns bigint[]
language plpgsql volatile as $$
declare
	v_gap interval := (select destination_gap from outbox_channels where channel = p_channel);
	v_go bigint[];
begin
	insert into outbox_destinations (channel, destination, free_at, queued_until)
	select distinct p_channel, destination, '-infinity'::timestamptz, '-infinity'::timestamptz
	from outbox where id = any (p_ids) and destination <> '' order by destination
	on conflict do nothing;
	perform from outbox_destinations where channel = p_channel
		and destination in (select destination from outbox where id = any (p_ids))
		order by destination for no key update;
	v_go := array(
		select id from (
			select o.id, o.due_at, row_number() over (partition by o.destination order by o.due_at, o.id) as place,
				d.free_at, o.destination
			from outbox o left join outbox_destinations d on d.channel = p_channel and d.destination = o.destination
			where o.id = any (p_ids)) o
		where destination = '' or place = 1 and free_at <= p_now
		order by due_at, id limit p_limit);
	-- who was a little late does not delay those behind him
	update outbox_destinations d set free_at = greatest(d.free_at, p_now - v_gap / 2) + v_gap
	from outbox o where o.id = any (v_go) and d.channel = p_channel and d.destination = o.destination;
	with waiting as (
		select o.id, d.destination, greatest(d.free_at, d.queued_until + v_gap) + v_gap
			* (row_number() over (partition by o.destination order by o.due_at, o.id) - 1) as due_at
		from outbox o join outbox_destinations d on d.channel = p_channel and d.destination = o.destination
		where o.id = any (p_ids) and o.id <> all (v_go) and d.free_at > p_now
	), placed as (
		update outbox o set due_at = w.due_at from waiting w where o.id = w.id
	)
	update outbox_destinations d set queued_until = w.last
	from (select destination, max(due_at) as last from waiting group by destination) w
	where d.channel = p_channel and d.destination = w.destination;
	return v_go;
end
$$;
