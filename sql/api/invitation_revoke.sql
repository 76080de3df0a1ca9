-- SPDX-License-Identifier: MIT
-- Does:    withdraws an invitation: one's own, or any for admins and service keys.
-- Args:    p_caller, p_code.
-- Returns: {invitation as core.invitation_json()}.
-- Raises:  unauthorized, forbidden, invalid_field, and as core.invitation_revoke().
-- Touches: as core.invitation_revoke().
create function api.invitation_revoke(p_caller jsonb, p_code text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
begin
	if p_code is null then
		perform core.fail('invalid_field', '{"field":"invite_code"}');
	end if;
	return jsonb_build_object('invitation', core.invitation_revoke(p_code, v_caller.user_id, v_caller.key_id,
		v_caller.kind = 'key' or 'admin' = any (v_caller.roles)));
end
$$;
revoke all on function api.invitation_revoke(jsonb, text) from public;
