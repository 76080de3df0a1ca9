-- SPDX-License-Identifier: MIT
-- Does:    leaves work for a worker, once per key.
-- Args:    p_kind what to do, p_payload its data, p_key says it once (null:
--          always), p_after how long to wait first.
-- Touches: outbox.
create function core.outbox_add(p_kind text, p_payload jsonb, p_key text, p_after interval default '0')
returns void
language sql volatile as $$
	insert into public.outbox (kind, payload, dedupe_key, created_at, due_at)
	values (p_kind, p_payload, p_key, core.now(), core.now() + p_after)
	on conflict (dedupe_key) do nothing
$$;
