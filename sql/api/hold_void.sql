-- SPDX-License-Identifier: MIT
-- Does:    gives back all that was held; a second time changes nothing.
-- Args:    p_caller a service key or the user; p_hold.
-- Returns: as api.hold_capture(), charged 0 and no transaction_id.
-- Raises:  unauthorized, forbidden, unknown_hold, hold_expired, hold_settled
--          (it was captured).
-- Touches: the wallet, credit_holds.
create function api.hold_void(p_caller jsonb, p_hold text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user}');
	v_hold credit_holds := core.hold_lock(v_caller.kind, v_caller.user_id, p_hold);
begin
	if v_hold.state = 'voided' then
		return core.hold_settled_json(v_hold, true);
	end if;
	return core.hold_settled_json(core.hold_settle(v_hold, 0, null, null), false);
end
$$;
revoke all on function api.hold_void(jsonb, text) from public;
