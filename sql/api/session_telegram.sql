-- SPDX-License-Identifier: MIT
-- Does:    signs in by the fields of Telegram's login widget, whose hash is verified;
--          each hash once and within ten minutes.
-- Args:    p_caller a browser session or null, p_hash the hash in hex, p_fields all
--          other fields as text, p_session and p_user_agent as in
--          core.telegram_sign_in().
-- Returns: as api.session().
-- Raises:  sign_in_stale (too old, of the future, or used), sign_in_failed,
--          identity_taken, invalid_field.
-- Touches: telegram_widget_logins; what core.telegram_sign_in() touches.
create function api.session_telegram(p_caller jsonb, p_hash text, p_fields jsonb, p_session text, p_user_agent text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_at bigint := core.bigint_or_null(p_fields->>'auth_date');
	v_now bigint := extract(epoch from core.now());
	v_visitor uuid := core.visitor(p_caller);
begin
	if v_at is null or v_at not between v_now - 600 and v_now + 60 then
		perform core.fail('sign_in_stale');
	end if;
	delete from telegram_widget_logins where hash in (select hash from telegram_widget_logins
		where expires_at < core.now() order by expires_at limit 20 for update skip locked);
	insert into telegram_widget_logins (hash, expires_at)
	values (core.hash_or_null(p_hash), core.now() + interval '20 minutes') on conflict do nothing;
	if not found then
		perform core.fail('sign_in_stale');
	end if;
	perform core.session_end(p_caller);
	perform core.telegram_sign_in(p_fields->>'id', p_fields, v_visitor, p_session, p_user_agent);
	return api.session(jsonb_build_object('session', p_session));
end
$$;
revoke all on function api.session_telegram(jsonb, text, jsonb, text, text) from public;
