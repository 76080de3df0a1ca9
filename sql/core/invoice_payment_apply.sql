-- SPDX-License-Identifier: MIT
-- Does:    records which payment intent paid an invoice, and settles what waited
--          for that.
-- Args:    p_event an invoice_payment.paid event; the caller shares the
--          catalogue lock and holds core.lock_money() of both.
-- Touches: invoice_payments; what core.charge_settle() touches.
create function core.invoice_payment_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_intent text := p_event#>>'{data,object,payment,payment_intent}';
	v_invoice text := p_event#>>'{data,object,invoice}';
begin
	if v_intent <> '' and v_invoice <> '' then
		insert into invoice_payments (payment_intent, invoice) values (v_intent, v_invoice)
		on conflict do nothing;
		perform core.charge_settle(id) from charges where payment_intent = v_intent;
	end if;
	if p_event#>>'{data,object,payment,charge}' <> '' then
		perform core.charge_note(p_event#>>'{data,object,payment,charge}', null, v_invoice);
		perform core.charge_settle(p_event#>>'{data,object,payment,charge}');
	end if;
end
$$;
