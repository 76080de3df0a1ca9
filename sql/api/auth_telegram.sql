-- SPDX-License-Identifier: MIT
-- Does:    begins a sign-in with Telegram; those that are long over are forgotten.
-- Args:    p_caller a browser session or null, p_state and p_browser SHA-256 in hex
--          of the tokens of the address and of the cookie, p_next where to go
--          afterwards or null, p_invite the invitation that signing in accepts or null,
--          p_order_session the session of the purchase that it adds to the account or null.
-- Returns: {}.
-- Raises:  invalid_field, unknown_order.
-- Touches: telegram_sign_ins, orders (read); sessions as core.session_see().
create function api.auth_telegram(p_caller jsonb, p_state text, p_browser text, p_next text, p_invite text,
	p_order_session text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	if core.hash_or_null(p_state) is null or core.hash_or_null(p_browser) is null then
		perform core.fail('invalid_field', '{"field":"state"}');
	end if;
	delete from telegram_sign_ins where state_hash in (select state_hash from telegram_sign_ins
		where expires_at < core.now() - interval '1 day' order by expires_at limit 20 for update skip locked);
	insert into telegram_sign_ins (state_hash, browser_hash, user_id, next, invite, order_id, created_at, expires_at)
	values (core.hash_or_null(p_state), core.hash_or_null(p_browser), core.visitor(p_caller),
		case when core.path_local(p_next) then p_next end, p_invite,
		core.order_of_session(p_order_session), core.now(), core.now() + interval '10 minutes');
	return '{}';
end
$$;
revoke all on function api.auth_telegram(jsonb, text, text, text, text, text) from public;
