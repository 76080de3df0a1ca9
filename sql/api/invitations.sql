-- SPDX-License-Identifier: MIT
-- Does:    lists somebody's invitations, the newest first.
-- Args:    p_caller a signed-in person, or a service key that names one (p_user);
--          p_status or null, p_cursor next_cursor of the page before, p_limit 1
--          to 1000 (null: 50).
-- Returns: as core.invitations_page(), and statistics.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user.
-- Touches: invitations (read).
create function api.invitations(p_caller jsonb, p_user text, p_status text, p_cursor text, p_limit bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_field text := core.history_fault(p_cursor, p_limit, null, null, null);
begin
	if p_status not in ('pending', 'accepted', 'revoked', 'expired') then
		v_field := 'status';
	end if;
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	end if;
	return core.invitations_page(v_user, p_status, core.bigint_or_null(p_cursor), coalesce(p_limit, 50))
		|| jsonb_build_object('statistics', core.invitation_statistics(v_user));
end
$$;
revoke all on function api.invitations(jsonb, text, text, text, bigint) from public;
