-- SPDX-License-Identifier: MIT
-- Does:    a statement of an account that its owner can check without us.
-- Args:    p_caller a service key (names p_user), the user or their session.
-- Returns: as core.ledger_statement().
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user.
-- Touches: what core.ledger_statement() reads; a first JWT its user.
create function api.credit_statement(p_caller jsonb, p_user text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
begin
	return core.ledger_statement(core.caller_target(v_caller.kind, v_caller.user_id, p_user)::text);
end
$$;
revoke all on function api.credit_statement(jsonb, text) from public;
