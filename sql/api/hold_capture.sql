-- SPDX-License-Identifier: MIT
-- Does:    spends what was held, or part of it; the rest goes back to its lots.
--          Once: a repeated key gets the first answer, everything else is told
--          that the hold is settled.
-- Args:    p_caller a service key or the user; p_hold; p_amount 1 to what is
--          held; p_idempotency_key as for the meter, whose keys it shares.
-- Returns: {"success":true, hold_id, transaction_id, charged, released, balance, replayed}.
-- Raises:  unauthorized, forbidden, unknown_hold, idempotency_conflict,
--          invalid_field (more than held), hold_expired, hold_settled.
-- Touches: the wallet, credit_holds, user_activity.
create function api.hold_capture(p_caller jsonb, p_hold text, p_amount bigint, p_idempotency_key text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user}');
	v_hold credit_holds := core.hold_lock(v_caller.kind, v_caller.user_id, p_hold);
	v_hash bytea := sha256(convert_to(jsonb_build_array('capture', v_hold.id, p_amount)::text, 'UTF8'));
	v_past credit_transactions;
begin
	select * into v_past from credit_transactions
	where user_id = v_hold.user_id and idempotency_key = p_idempotency_key;
	if found and v_past.request_hash <> v_hash then
		perform core.fail('idempotency_conflict');
	elsif found then
		return core.hold_settled_json(v_hold, true);
	elsif p_amount is null or p_amount not between 1 and v_hold.amount then
		perform core.fail('invalid_field', '{"field":"amount"}');
	elsif length(p_idempotency_key) not between 1 and 255 then
		perform core.fail('invalid_field', '{"field":"idempotency_key"}');
	end if;
	return core.hold_settled_json(core.hold_settle(v_hold, p_amount, p_idempotency_key,
		case when p_idempotency_key is not null then v_hash end), false);
end
$$;
revoke all on function api.hold_capture(jsonb, text, bigint, text) from public;
