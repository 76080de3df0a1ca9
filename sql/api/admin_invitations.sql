-- SPDX-License-Identifier: MIT
-- Does:    the admin's table of all invitations.
-- Args:    p_caller an admin's browser session; p_status, p_search, p_sort as
--          core.invitations_search(), p_cursor next_cursor of the page before,
--          p_limit rows (null: 50), p_show the code of one to tell all about.
-- Returns: as core.invitations_search(); me, statistics of all (null with a limit), the filter
--          as given {status, q, sort}, older: not the first page, show as
--          core.invitation_detail() or null.
-- Raises:  unauthorized, forbidden, invalid_field.
-- Touches: invitations and what core.invitation_detail() reads.
create function api.admin_invitations(p_caller jsonb, p_status text, p_search text, p_sort text, p_cursor text,
	p_limit bigint, p_show text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
	v_field text := core.history_fault(p_cursor, null, null, null, null);
begin
	if p_status not in ('pending', 'accepted', 'revoked', 'expired') then
		v_field := 'status';
	end if;
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	end if;
	return core.invitations_search(p_status, p_search, p_sort, core.bigint_or_null(p_cursor), coalesce(p_limit, 50))
		|| jsonb_build_object('me', core.me_json(v_admin), 'statistics', case when p_limit is null then core.invitation_statistics(null) end,
			'filter', jsonb_build_object('status', p_status, 'q', p_search, 'sort', p_sort),
			'older', p_cursor is not null, 'show', core.invitation_detail(p_show));
end
$$;
revoke all on function api.admin_invitations(jsonb, text, text, text, text, bigint, text) from public;
