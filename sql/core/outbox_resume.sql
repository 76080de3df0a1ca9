-- SPDX-License-Identifier: MIT
-- Does:    goes on with a channel that was halted because its credentials were
--          refused, and ends any pause.
-- Args:    p_channel, p_actor who asks for it, null: the operator's command.
-- Returns: whether it was halted or paused.
-- Touches: outbox_channels, audit_log.
create function core.outbox_resume(p_channel text, p_actor uuid) returns boolean
language plpgsql volatile as $$
begin
	update outbox_channels set halted_at = null, halted_reason = null, free_at = '-infinity'
	where channel = p_channel and (halted_at is not null or free_at > core.now());
	if not found then
		return false;
	end if;
	perform core.audit(p_actor, null, 'outbox.resume', p_channel);
	perform pg_notify('outbox', p_channel);
	return true;
end
$$;
