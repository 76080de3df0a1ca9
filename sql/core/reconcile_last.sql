-- SPDX-License-Identifier: MIT
-- Returns: the last finished run that was no dry one: {at, seen, missing,
--          repaired}; null when there was none.
-- Touches: reconciliations (read).
create function core.reconcile_last() returns jsonb
language sql stable as $$
	select jsonb_build_object('at', finished_at, 'seen', seen, 'missing', missing, 'repaired', repaired)
	from public.reconciliations where finished_at is not null and not dry_run
	order by id desc limit 1
$$;
