-- SPDX-License-Identifier: MIT
-- Does:    records what a charge says of its refunds.  The newest word stands;
--          within one second the greater sum is the later.
-- Args:    p_event a charge event; the caller holds the catalogue lock alone.
-- Touches: charges, refunds (2020 lists them); what core.charge_settle() touches.
create function core.charge_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_charge jsonb := p_event#>'{data,object}';
	v_id text := v_charge->>'id';
	v_at timestamptz := core.event_created(p_event);
	v_created bigint := extract(epoch from v_at)::bigint;
	v_refunded bigint := greatest(coalesce(core.bigint_or_null(v_charge->>'amount_refunded'), 0), 0);
begin
	perform core.charge_note(v_id, v_charge->>'payment_intent', v_charge->>'invoice',
		case when v_refunded > 0 then v_at end);
	update charges set refunded = v_refunded, seen_created = v_created
	where id = v_id and (v_created, v_refunded) > (seen_created, refunded);
	perform core.refund_note(r, v_id, v_created)
	from jsonb_array_elements(case when jsonb_typeof(v_charge#>'{refunds,data}') = 'array'
		then v_charge#>'{refunds,data}' else '[]' end) r;
	perform core.charge_settle(v_id);
end
$$;
