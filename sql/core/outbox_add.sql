-- SPDX-License-Identifier: MIT
-- Does:    leaves work for a worker, once per key.
-- Args:    p_kind what to do, p_payload its data, p_key says it once (null:
--          always), p_after how long to wait first.
-- Returns: the id of its row: the new one's, or of the one that has the key.
-- Touches: outbox.
create function core.outbox_add(p_kind text, p_payload jsonb, p_key text, p_after interval default '0')
returns bigint
language plpgsql volatile as $$
declare
	v_id bigint;
begin
	insert into public.outbox (kind, payload, dedupe_key, created_at, due_at)
	values (p_kind, p_payload, p_key, core.now(), core.now() + p_after)
	on conflict (dedupe_key) do nothing
	returning id into v_id;
	if v_id is null then
		-- a statement of its own sees the row that was in the way, however new
		select id into v_id from public.outbox where dedupe_key = p_key;
	end if;
	return v_id;
end
$$;
