-- SPDX-License-Identifier: MIT
-- Does:    closes it with what was found.
-- Args:    p_id the run, p_kinds [{kind, seen, missing, repaired}].
-- Touches: reconciliations.
create function core.reconcile_end(p_id bigint, p_kinds jsonb) returns void
language sql volatile as $$
	update public.reconciliations set finished_at = core.now(), kinds = p_kinds,
		(seen, missing, repaired) = (select coalesce(sum((k->>'seen')::bigint), 0),
			coalesce(sum((k->>'missing')::bigint), 0), coalesce(sum((k->>'repaired')::bigint), 0)
			from jsonb_array_elements(p_kinds) k)
	where id = p_id
$$;
