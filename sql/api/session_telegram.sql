-- SPDX-License-Identifier: MIT
-- Does:    signs in by the fields of Telegram's login widget; each hash once and
--          within ten minutes.
-- Args:    p_caller a browser session or null, p_client the address, p_hash the
--          verified hash in hex, null when it is not that of the fields; p_fields
--          all other fields as text, p_session and p_user_agent as in
--          core.telegram_sign_in().
-- Returns: as api.session(); refused: sign_in_stale (too old, of the future, or
--          used), sign_in_failed.
-- Raises:  sign_in_failed (no such number), identity_taken, invalid_field,
--          too_many_requests.
-- Touches: telegram_widget_logins, attempts; what core.telegram_sign_in() touches.
create function api.session_telegram(p_caller jsonb, p_client text, p_hash text, p_fields jsonb, p_session text,
	p_user_agent text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_at bigint := core.bigint_or_null(p_fields->>'auth_date');
	v_now bigint := extract(epoch from core.now());
	v_visitor uuid := core.visitor(p_caller);
	v_user uuid;
begin
	perform core.attempt_begin('telegram', p_client);
	if p_hash is null then
		return core.attempt_failed('telegram', 'sign_in_failed');
	elsif v_at is null or v_at not between v_now - 600 and v_now + 60 then
		return core.attempt_failed('telegram', 'sign_in_stale');
	end if;
	delete from telegram_widget_logins where hash in (select hash from telegram_widget_logins
		where expires_at < core.now() order by expires_at limit 20 for update skip locked);
	insert into telegram_widget_logins (hash, expires_at)
	values (core.hash_or_null(p_hash), core.now() + interval '20 minutes') on conflict do nothing;
	if not found then
		return core.attempt_failed('telegram', 'sign_in_stale');
	end if;
	perform core.session_end(p_caller);
	v_user := core.telegram_sign_in(p_fields->>'id', p_fields, v_visitor, p_session, p_user_agent);
	perform core.attempt_passed('telegram', p_client, v_user);
	return api.session(jsonb_build_object('session', p_session));
end
$$;
revoke all on function api.session_telegram(jsonb, text, text, jsonb, text, text) from public;
