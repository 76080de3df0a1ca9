-- SPDX-License-Identifier: MIT
-- Does:    all that a member's settings show.
-- Args:    p_caller a browser session.
-- Returns: {me: core.me_json(), identities: core.identities_json(), only: whether
--          there is one way in, sessions: core.sessions_json(), others: whether
--          there are several, language|null, time_zones: [{name, chosen}]}.
-- Raises:  unauthorized.
-- Touches: everything it shows (read).
create function api.settings(p_caller jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
	v_identities jsonb := core.identities_json(v_user);
	v_sessions jsonb := core.sessions_json(v_user, core.hash_or_null(p_caller->>'session'));
begin
	return (select jsonb_build_object('me', core.me_json(v_user), 'identities', v_identities,
			'only', jsonb_array_length(v_identities) = 1 and external_id is null,
			'sessions', v_sessions, 'others', jsonb_array_length(v_sessions) > 1, 'language', language,
			'time_zones', (select jsonb_agg(jsonb_build_object('name', name, 'chosen', name = time_zone)
				order by name <> 'UTC', name) from time_zones))
		from users where id = v_user);
end
$$;
revoke all on function api.settings(jsonb) from public;
