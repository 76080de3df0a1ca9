-- SPDX-License-Identifier: MIT
-- Does:    records a refund that has an event of its own.  One that failed came
--          back to us.
-- Args:    p_event a refund event; the caller holds the catalogue lock alone.
-- Touches: charges, refunds; what core.charge_settle() touches.
create function core.refund_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_refund jsonb := p_event#>'{data,object}';
	v_at timestamptz := core.event_created(p_event);
begin
	if p_event->>'type' = 'refund.failed' then
		v_refund := v_refund || '{"status":"failed"}';
	end if;
	perform core.charge_note(v_refund->>'charge', v_refund->>'payment_intent', null,
		coalesce(core.time_or_null(v_refund->>'created'), v_at));
	perform core.refund_note(v_refund, v_refund->>'charge', extract(epoch from v_at)::bigint);
	perform core.charge_settle(v_refund->>'charge');
end
$$;
