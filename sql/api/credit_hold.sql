-- SPDX-License-Identifier: MIT
-- Does:    sets credits aside for work of unknown cost; nobody else can have
--          them until they are captured, voided or their time is over.
-- Args:    p_caller a service key (names p_user) or the user; either p_amount
--          credits (p_agent may say for what) or p_agent's price times p_quantity
--          (null: 1); p_idempotency_key as for the meter, whose keys it shares;
--          p_expires_in seconds, 1 to 86400 (null: 900); p_metadata.
-- Returns: {"success":true, hold_id, held, balance, expires_at, replayed}.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user, unknown_agent,
--          idempotency_conflict, insufficient_credits {balance, required}.
-- Touches: the wallet, credit_holds; a first JWT its user.
create function api.credit_hold(p_caller jsonb, p_user text, p_agent text, p_quantity bigint, p_amount bigint,
	p_idempotency_key text, p_expires_in bigint, p_metadata jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_field text := core.hold_fault(p_agent, p_quantity, p_amount, p_idempotency_key, p_expires_in, p_metadata);
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	end if;
	return core.hold_begin(v_user, p_agent, p_quantity, p_amount, p_idempotency_key,
		coalesce(p_expires_in, 900), nullif(p_metadata, 'null'));
end
$$;
revoke all on function api.credit_hold(jsonb, text, text, bigint, bigint, text, bigint, jsonb) from public;
