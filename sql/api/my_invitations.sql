-- SPDX-License-Identifier: MIT
-- Does:    all that the page of one's own invitations shows.
-- Args:    p_caller a browser session; p_cursor of an older page, p_new the code
--          of one just made, to be shown on top, or null.
-- Returns: as core.invitations_page(); me, statistics, roles that may be offered
--          (none: may not invite), older: not the first page, new: the one just
--          made or null.
-- Raises:  unauthorized, invalid_field.
-- Touches: invitations (read).
create function api.my_invitations(p_caller jsonb, p_cursor text, p_new text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
begin
	if core.history_fault(p_cursor, null, null, null, null) is not null then
		perform core.fail('invalid_field', '{"field":"cursor"}');
	end if;
	return core.invitations_page(v_user, null, core.bigint_or_null(p_cursor), 24) || jsonb_build_object(
		'me', core.me_json(v_user), 'statistics', core.invitation_statistics(v_user),
		'roles', core.roles_offered(v_user), 'older', p_cursor is not null,
		'new', (select core.invitation_json(i) from invitations i where invite_code = p_new and inviter_id = v_user));
end
$$;
revoke all on function api.my_invitations(jsonb, text, text) from public;
