-- SPDX-License-Identifier: MIT
-- Does:    makes the event that Stripe would have sent about an object as it is.
--          Its id follows from the object and its state: never twice.
-- Args:    p_object Stripe's object as read now.
-- Returns: the event, null for an object that no money moved.
create function core.object_event(p_object jsonb) returns jsonb
language plpgsql stable as $$
declare
	v_now bigint := extract(epoch from core.now())::bigint;
	v_type text;
	v_state text;
	v_created text := v_now;
begin
	case p_object->>'object'
	when 'checkout.session' then
		v_type := case when p_object->>'payment_status' = 'paid' then 'checkout.session.completed' end;
		v_created := p_object->>'created';
	when 'invoice' then
		v_type := case when p_object->>'status' = 'paid' then 'invoice.paid' end;
		v_created := coalesce(p_object#>>'{status_transitions,paid_at}', p_object->>'created');
	when 'invoice_payment' then
		v_type := case when p_object->>'status' = 'paid' then 'invoice_payment.paid' end;
	when 'charge' then
		v_type := case when core.bigint_or_null(p_object->>'amount_refunded') > 0 then 'charge.refunded' end;
		v_state := p_object->>'amount_refunded';
	when 'dispute' then
		v_type := case when p_object->>'status' in ('won', 'lost') then 'charge.dispute.closed'
			else 'charge.dispute.updated' end;
		v_state := p_object->>'status';
	else
		v_type := null;
	end case;
	return case when v_type is not null then jsonb_build_object('object', 'event', 'type', v_type,
		'id', 'reconcile:' || concat_ws(':', p_object->>'id', v_state),
		'created', coalesce(core.bigint_or_null(v_created), v_now),
		'livemode', p_object->'livemode', 'data', jsonb_build_object('object', p_object)) end;
end
$$;
