-- SPDX-License-Identifier: MIT
-- Does:    heeds what the far side said of a channel or destination: to wait, or
--          that it does not accept our credentials.  Those are not halted for that
--          are others by now.
-- Args:    p_now core.now(), p_results as of api.outbox_record().
-- Touches: outbox_channels, outbox_destinations; outbox (read).
create function core.outbox_heed(p_now timestamptz, p_results jsonb) returns void
language plpgsql volatile as $$
begin
	if not p_results @? '$[*] ? (@.fate == "halt" || @.fate == "pause")' then
		return;
	end if;
	update outbox_channels c set
		halted_at = case when s.halt then p_now else c.halted_at end,
		halted_reason = case when s.halt then s.error else c.halted_reason end,
		free_at = greatest(c.free_at, p_now + make_interval(secs => s.wait / 1000.0))
	from (select o.channel, bool_or(r.fate = 'halt' and r.settings = c.settings) as halt,
			coalesce(max(left(r.error, 500)) filter (where r.fate = 'halt'), 'refused') as error,
			coalesce(max(r.wait) filter (where r.fate = 'pause' and r.wide), 0) as wait
		from jsonb_to_recordset(p_results) as r (id bigint, fate text, error text, wait bigint, wide boolean, settings text)
		join outbox o on o.id = r.id join outbox_channels c on c.channel = o.channel
		where r.fate = 'halt' or r.fate = 'pause' and r.wide
		group by o.channel) s
	where c.channel = s.channel and (c.halted_at is null or not s.halt);
	insert into outbox_destinations as d (channel, destination, free_at, queued_until)
	select o.channel, o.destination, p_now + make_interval(secs => max(r.wait) / 1000.0), '-infinity'
	from jsonb_to_recordset(p_results) as r (id bigint, fate text, wait bigint, wide boolean)
	join outbox o on o.id = r.id
	where r.fate = 'pause' and not r.wide and o.destination <> ''
	group by o.channel, o.destination order by o.channel, o.destination
	on conflict (channel, destination) do update set free_at = greatest(d.free_at, excluded.free_at);
end
$$;
