-- SPDX-License-Identifier: MIT
-- Does:    charges one valid request.  The row of credits is locked first: who
--          comes second with the same key finds the first one's ledger row.
-- Args:    p_user; the others checked by core.meter_fault().
-- Returns: as api.credit_meter().
-- Raises:  unknown_agent, idempotency_conflict, insufficient_credits.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots, user_activity.
create function core.meter_charge(p_user uuid, p_agent text, p_quantity bigint, p_key text, p_metadata jsonb)
returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_hash bytea := core.meter_hash(p_agent, p_quantity, p_metadata);
	v_wallet credits;
	v_past credit_transactions;
	v_cost bigint := (select credits * p_quantity from agent_pricing where agent = p_agent and active);
	v_id bigint;
	v_balance bigint;
begin
	select * into v_wallet from credits where user_id = p_user for no key update;
	select * into v_past from credit_transactions where user_id = p_user and idempotency_key = p_key;
	if found and v_past.request_hash <> v_hash then
		perform core.fail('idempotency_conflict');
	elsif found then
		return core.meter_json(v_past.id, -v_past.amount, v_past.balance, true);
	elsif v_cost is null then
		perform core.fail('unknown_agent');
	end if;
	v_balance := coalesce(v_wallet.balance, 0) - core.lots_expire(p_user, v_now);
	if v_balance < v_cost then
		perform core.fail('insufficient_credits', jsonb_build_object('balance', v_balance, 'required', v_cost));
	end if;
	select * into v_id, v_balance from core.credits_burn('usage', v_now, p_user, v_cost, p_key,
		case when p_key is not null then v_hash end, p_agent, p_quantity, p_metadata);
	perform core.activity_note(p_user, v_now);
	return core.meter_json(v_id, v_cost, v_balance, false);
end
$$;
