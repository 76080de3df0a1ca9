-- SPDX-License-Identifier: MIT
-- Does:    charges a user for what an agent did; atomic, never below zero, and
--          with an idempotency key once per user and key.
-- Args:    p_caller a service key (names p_user) or the user; p_agent a row of
--          agent_pricing; p_quantity 1 to 1000000 (null: 1); p_idempotency_key
--          1 to 255 characters or null; p_metadata an object or null.
-- Returns: {"success":true, transaction_id, charged, balance, replayed}; a
--          replay answers with the first answer's numbers.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user, unknown_agent,
--          idempotency_conflict, insufficient_credits {balance, required}.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots,
--          user_activity; a first JWT its user.
create function api.credit_meter(p_caller jsonb, p_user text, p_agent text, p_quantity bigint,
	p_idempotency_key text, p_metadata jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_field text := core.meter_fault(p_agent, p_quantity, p_idempotency_key, p_metadata);
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	end if;
	return core.meter_charge(v_user, p_agent, coalesce(p_quantity, 1), p_idempotency_key,
		nullif(p_metadata, 'null'));
end
$$;
revoke all on function api.credit_meter(jsonb, text, text, bigint, text, jsonb) from public;
