-- SPDX-License-Identifier: MIT
-- Does:    lets who is signed in accept an invitation.
-- Args:    p_caller a browser session, p_code.
-- Returns: as core.invitation_answer().
-- Raises:  unauthorized, and as core.invitation_accept().
-- Touches: as core.invitation_accept().
create function api.invite_accept(p_caller jsonb, p_code text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return core.invitation_accept(p_code, (core.caller(p_caller, '{session}')).user_id);
end
$$;
revoke all on function api.invite_accept(jsonb, text) from public;
