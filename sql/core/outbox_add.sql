-- SPDX-License-Identifier: MIT
-- Does:    leaves work for a worker, once per key, and wakes who listens.  Work of
--          a kind that is not in outbox_kinds waits until it is.
-- Args:    p_kind what to do, p_payload its data, p_key says it once (null:
--          always), p_after how long to wait first.
-- Returns: the id of its row: the new one's, or of the one that has the key.
-- Touches: outbox; outbox_kinds (read).
create function core.outbox_add(p_kind text, p_payload jsonb, p_key text, p_after interval default '0')
returns bigint
language plpgsql volatile as $$
declare
	v_kind outbox_kinds;
	v_id bigint;
begin
	select * into v_kind from public.outbox_kinds where kind = p_kind;
	insert into public.outbox (kind, channel, destination, payload, dedupe_key, created_at, due_at)
	values (p_kind, v_kind.channel, coalesce(p_payload #>> v_kind.destination, ''), p_payload, p_key,
		core.now(), core.now() + p_after)
	on conflict (dedupe_key) do nothing
	returning id into v_id;
	if v_id is null then
		-- a statement of its own sees the row that was in the way, however new
		select id into v_id from public.outbox where dedupe_key = p_key;
	elsif v_kind.channel is not null then
		perform pg_notify('outbox', v_kind.channel);
	end if;
	return v_id;
end
$$;
