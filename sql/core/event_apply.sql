-- SPDX-License-Identifier: MIT
-- Does:    acts on an event whose outcome is `applied`.
-- Args:    p_event the recorded event.
-- Touches: what the functions it calls touch; takes the catalogue lock and those
--          of the money it speaks of.
create function core.event_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_object jsonb := p_event#>'{data,object}';
	v_family text := substring(p_event->>'type' from '^(checkout|invoice|customer|price|product|charge\.succeeded|payment_method|charge\.dispute|charge\.refund|charge|refund|invoice_payment)(?:\.|$)');
	v_created bigint := extract(epoch from core.event_created(p_event))::bigint;
	v_rank smallint := core.event_rank(p_event);
begin
	if v_family in ('charge.succeeded', 'payment_method') then
		perform core.card_note(v_object); -- no money of its own
		return;
	end if;
	perform core.lock_catalogue(v_family in ('checkout', 'invoice', 'invoice_payment'));
	perform core.lock_money(array[case when v_family = 'invoice' then v_object->>'id' end, v_object->>'invoice',
		v_object->>'payment_intent', v_object#>>'{payment,payment_intent}']);
	case v_family
	when 'checkout' then perform core.session_apply(p_event);
	when 'invoice' then
		if p_event->>'type' = 'invoice.paid' then
			perform core.invoice_apply(p_event);
		else
			perform core.invoice_failed(p_event);
		end if;
	when 'charge' then perform core.charge_apply(p_event);
	when 'charge.dispute' then perform core.dispute_apply(p_event);
	when 'charge.refund' then perform core.refund_apply(p_event);
	when 'refund' then perform core.refund_apply(p_event);
	when 'invoice_payment' then perform core.invoice_payment_apply(p_event);
	when 'customer' then perform core.subscription_apply(v_object, v_created, v_rank, p_event->>'id');
	when 'price' then perform core.price_apply(v_object, v_created, v_rank, p_event->>'id');
	when 'product' then perform core.product_apply(v_object, v_created, v_rank, p_event->>'id');
	end case;
	if v_family in ('customer', 'price', 'product') then
		perform core.catalogue_settle();
	end if;
end
$$;
