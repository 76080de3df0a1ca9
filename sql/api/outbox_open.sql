-- SPDX-License-Identifier: MIT
-- Does:    a worker begins with a channel: if it was halted under other settings,
--          these may be accepted, so it is resumed.
-- Args:    p_channel, p_settings a digest of the settings the worker has for it.
-- Returns: {halted: why nothing is sent, or null}; null for an unknown channel.
-- Touches: outbox_channels.
create function api.outbox_open(p_channel text, p_settings text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	update outbox_channels set settings = p_settings, halted_at = null, halted_reason = null
	where channel = p_channel and settings is distinct from p_settings;
	return (select jsonb_build_object('halted', halted_reason) from outbox_channels where channel = p_channel);
end
$$;
revoke all on function api.outbox_open(text, text) from public;
