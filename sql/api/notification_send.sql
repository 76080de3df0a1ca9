-- SPDX-License-Identifier: MIT
-- Does:    sends a text to the accepted recipients of a driver.
-- Args:    p_caller a driver or admin, or a service key that names one (p_user);
--          p_text, p_link, p_idempotency_key as core.notification_send().
-- Returns: {notification as core.notification_json()}.
-- Raises:  unauthorized, unknown_user, and as core.notification_send().
-- Touches: as core.notification_send().
create function api.notification_send(p_caller jsonb, p_user text, p_text text, p_link text, p_idempotency_key text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_row notifications;
begin
	v_row := core.notification_send(core.caller_target(v_caller.kind, v_caller.user_id, p_user),
		p_text, p_link, p_idempotency_key, v_caller.key_id);
	-- a statement of its own sees whom it went to
	return jsonb_build_object('notification', core.notification_json(v_row));
end
$$;
revoke all on function api.notification_send(jsonb, text, text, text, text) from public;
