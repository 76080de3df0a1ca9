-- SPDX-License-Identifier: MIT
-- Does:    one change a member makes in their settings.
-- Args:    p_caller a browser session; p_action save (p_language, p_time_zone),
--          unlink (p_kind, p_subject), revoke (p_session, an id), revoke_others.
-- Returns: {language|null} as it is then.
-- Raises:  unauthorized, invalid_field, not_found, last_identity.
-- Touches: users, identities, sessions, audit_log.
create function api.settings_change(p_caller jsonb, p_action text, p_language text, p_time_zone text, p_kind text,
	p_subject text, p_session text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
	v_current bytea := core.hash_or_null(p_caller->>'session');
begin
	if p_action = 'save' then
		perform core.settings_save(v_user, p_language, p_time_zone);
	elsif p_action = 'unlink' then
		perform core.identity_unlink(v_user, p_kind, p_subject);
	elsif p_action = 'revoke' then
		if core.uuid_or_null(p_session) is null
				or core.sessions_revoke(v_user, core.uuid_or_null(p_session), v_current) = 0 then
			perform core.fail('not_found');
		end if;
	elsif p_action = 'revoke_others' then
		perform core.sessions_revoke(v_user, null, v_current);
	else
		perform core.fail('invalid_field', '{"field":"action"}');
	end if;
	return jsonb_build_object('language', (select language from users where id = v_user));
end
$$;
revoke all on function api.settings_change(jsonb, text, text, text, text, text, text) from public;
