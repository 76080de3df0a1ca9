-- SPDX-License-Identifier: MIT
-- Does:    withdraws anybody's invitation, for admins.
-- Args:    p_caller an admin's browser session, p_code.
-- Returns: {invitation as core.invitation_json()}.
-- Raises:  unauthorized, forbidden, invalid_field, and as core.invitation_revoke().
-- Touches: as core.invitation_revoke().
create function api.admin_invitation_revoke(p_caller jsonb, p_code text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
begin
	if p_code is null then
		perform core.fail('invalid_field', '{"field":"revoke"}');
	end if;
	return jsonb_build_object('invitation', core.invitation_revoke(p_code, v_admin, null, true));
end
$$;
revoke all on function api.admin_invitation_revoke(jsonb, text) from public;
