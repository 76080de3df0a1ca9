-- SPDX-License-Identifier: MIT
-- Does:    deletes messages that were through before a time, the oldest first; what
--          became of those of notifications goes over to their recipients' rows, in
--          the same statement.
-- Args:    p_before, p_limit messages at most.
-- Returns: how many.
-- Touches: outbox, notification_recipients.
create function core.outbox_forget(p_before timestamptz, p_limit bigint) returns bigint
language plpgsql volatile as $$
declare
	v_count bigint;
begin
	with old as (
		select o.id, o.done_at, o.last_error, core.notification_state(o) as state from outbox o
		where done_at < p_before order by done_at limit p_limit for no key update skip locked
	), told as (
		update notification_recipients r set outbox_id = null, state = old.state, settled_at = old.done_at,
			reason = case when old.state <> 'sent' then old.last_error end
		from old where r.outbox_id = old.id
	), gone as (
		delete from outbox o using old where o.id = old.id returning 1
	)
	select count(*) into v_count from gone;
	return v_count;
end
$$;
