-- SPDX-License-Identifier: MIT
-- Does:    shows an account.
-- Args:    p_caller a service key (names p_user), the user or their session.
-- Returns: as core.wallet_json().
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user.
-- Touches: as core.wallet_json() (read); a first JWT its user.
create function api.credits(p_caller jsonb, p_user text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
begin
	return core.wallet_json(core.caller_target(v_caller.kind, v_caller.user_id, p_user));
end
$$;
revoke all on function api.credits(jsonb, text) from public;
