-- SPDX-License-Identifier: MIT
-- Does:    sets credits aside for one valid request; see core.meter_charge() for
--          how a repeated key finds its first answer.
-- Args:    p_user; the others checked by core.hold_fault().
-- Returns: as api.credit_hold().
-- Raises:  unknown_agent, idempotency_conflict, insufficient_credits.
-- Touches: the wallet, credit_holds.
create function core.hold_begin(p_user uuid, p_agent text, p_quantity bigint, p_amount bigint, p_key text,
	p_expires_in bigint, p_metadata jsonb)
returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_hash bytea := sha256(convert_to(jsonb_build_array('hold', p_agent, p_quantity, p_amount, p_expires_in,
		p_metadata)::text, 'UTF8'));
	v_past credit_transactions;
	v_balance bigint := 0;
	v_cost bigint;
	v_hold uuid;
begin
	select balance into v_balance from credits where user_id = p_user for no key update;
	select * into v_past from credit_transactions where user_id = p_user and idempotency_key = p_key;
	if found and v_past.request_hash <> v_hash then
		perform core.fail('idempotency_conflict');
	elsif found then
		return (select core.hold_json(h, v_past.balance, true) from credit_holds h where transaction_id = v_past.id);
	end if;
	v_cost := core.hold_cost(p_agent, p_quantity, p_amount);
	v_balance := coalesce(v_balance, 0) - core.lots_expire(p_user, v_now);
	if v_balance < v_cost then
		perform core.fail('insufficient_credits', jsonb_build_object('balance', v_balance, 'required', v_cost));
	end if;
	select t.hold_id, t.balance into v_hold, v_balance from core.hold_take(v_now, p_user, v_cost,
		v_now + p_expires_in * interval '1 second', p_key, case when p_key is not null then v_hash end,
		p_agent, p_quantity, p_metadata) t;
	return (select core.hold_json(h, v_balance, false) from credit_holds h where id = v_hold);
end
$$;
