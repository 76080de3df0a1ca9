-- SPDX-License-Identifier: MIT
-- Returns: the sign-in that a browser has come back with and may still finish.
-- Args:    p_state, p_browser SHA-256 in hex of the address's and the cookie's token.
-- Raises:  sign_in_stale (unknown, of another browser, used, too old).
-- Touches: telegram_sign_ins (read).
create function core.telegram_sign_in_find(p_state text, p_browser text) returns public.telegram_sign_ins
language plpgsql stable as $$
declare
	v_row telegram_sign_ins;
begin
	select * into v_row from telegram_sign_ins
	where state_hash = core.hash_or_null(p_state) and browser_hash = core.hash_or_null(p_browser)
		and used_at is null and expires_at > core.now();
	if not found then
		perform core.fail('sign_in_stale');
	end if;
	return v_row;
end
$$;
