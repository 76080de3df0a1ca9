-- SPDX-License-Identifier: MIT
-- Does:    has dead messages sent again, with all their attempts before them.
-- Args:    p_id one message, p_kind all of a kind; null: whichever.  p_actor who asks
--          for it, null: the operator's command.
-- Returns: how many.
-- Touches: outbox, audit_log.
create function core.outbox_retry(p_id bigint, p_kind text, p_actor uuid) returns bigint
language plpgsql volatile as $$
declare
	v_count bigint;
begin
	update outbox set dead_at = null, outcome = null, attempts = 0, due_at = core.now()
	where dead_at is not null and id = coalesce(p_id, id) and kind = coalesce(p_kind, kind);
	get diagnostics v_count = row_count;
	if v_count > 0 then
		perform core.audit(p_actor, null, 'outbox.retry', coalesce(p_id::text, p_kind, 'all'),
			jsonb_build_object('messages', v_count));
		perform pg_notify('outbox', '');
	end if;
	return v_count;
end
$$;
