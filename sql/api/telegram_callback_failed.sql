-- SPDX-License-Identifier: MIT
-- Does:    counts a browser that came back from Telegram with a code or a token that
--          Telegram does not stand for.
-- Args:    p_client the address.
-- Returns: refused: sign_in_failed.
-- Raises:  too_many_requests.
-- Touches: attempts.
create function api.telegram_callback_failed(p_client text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	perform core.attempt_begin('telegram', p_client);
	return core.attempt_failed('telegram', 'sign_in_failed');
end
$$;
revoke all on function api.telegram_callback_failed(text) from public;
