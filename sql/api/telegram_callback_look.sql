-- SPDX-License-Identifier: MIT
-- Does:    says whether a browser that comes back from Telegram is awaited; nothing
--          is used up, so a page that fails can be loaded again.  Who is not counts
--          as one who failed to sign in.
-- Args:    p_client the address; p_state, p_browser as in
--          core.telegram_sign_in_find().
-- Returns: {next}: where the sign-in was to lead, or null; refused: sign_in_stale.
-- Raises:  too_many_requests.
-- Touches: telegram_sign_ins (read), attempts.
create function api.telegram_callback_look(p_client text, p_state text, p_browser text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_next text;
begin
	perform core.attempt_begin('telegram', p_client);
	begin
		v_next := (core.telegram_sign_in_find(p_state, p_browser)).next;
	exception when sqlstate 'GH410' then
		return core.attempt_failed('telegram', 'sign_in_stale');
	end;
	perform core.attempt_passed('telegram', p_client, null);
	return jsonb_build_object('next', v_next);
end
$$;
revoke all on function api.telegram_callback_look(text, text, text) from public;
