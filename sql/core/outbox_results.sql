-- SPDX-License-Identifier: MIT
-- Does:    reads what a worker says of its messages and locks those that are still
--          its own.
-- Args:    p_results as of api.outbox_record().
-- Returns: the results that count, in the order of their ids.
-- Touches: outbox (locked), outbox_kinds (read).
create function core.outbox_results(p_results jsonb)
returns table (id bigint, channel text, destination text, attempts integer, fate text, outcome text, error text,
	wait interval, wide boolean, settings text, moved_to text, status integer, answer text,
	first_pause interval, longest_pause interval, max_attempts integer, apply text, path text[])
language sql volatile rows 64 as $$
	select o.id, o.channel, o.destination, o.attempts, r.fate, r.outcome, left(r.error, 500),
		make_interval(secs => coalesce(r.wait, 0) / 1000.0), coalesce(r.wide, false), r.settings, r.to, r.status, r.answer,
		k.first_pause, k.longest_pause, k.max_attempts, k.apply, k.destination
	from jsonb_to_recordset(p_results) as r (id bigint, claim integer, fate text, outcome text, error text,
		wait bigint, wide boolean, settings text, "to" text, status integer, answer text)
	-- said so that the index of what is open, however large, is not taken for a way
	join outbox o on o.id = r.id and o.claims = r.claim and coalesce(o.done_at, o.dead_at) is null
	join outbox_kinds k on k.kind = o.kind
	order by o.id for no key update of o
$$;
