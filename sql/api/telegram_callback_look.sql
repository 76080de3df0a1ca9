-- SPDX-License-Identifier: MIT
-- Does:    says whether a browser that comes back from Telegram is awaited; nothing
--          is used up, so a page that fails can be loaded again.
-- Args:    p_state, p_browser as in core.telegram_sign_in_find().
-- Returns: {next}: where the sign-in was to lead, or null.
-- Raises:  sign_in_stale.
-- Touches: telegram_sign_ins (read).
create function api.telegram_callback_look(p_state text, p_browser text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('next', (core.telegram_sign_in_find(p_state, p_browser)).next);
end
$$;
revoke all on function api.telegram_callback_look(text, text) from public;
