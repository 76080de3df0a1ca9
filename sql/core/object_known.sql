-- SPDX-License-Identifier: MIT
-- Returns: whether what an object of Stripe's says is in our books already.
-- Touches: orders, payments, invoice_payments, charges, refunds, disputes (read).
create function core.object_known(p_object jsonb) returns boolean
language sql stable as $$
	select case p_object->>'object'
	when 'checkout.session' then exists (select from public.orders
		where session_id = p_object->>'id' and status in ('paid', 'refunded')
			or session_id = p_object->>'id' and coalesce(core.session_amount(p_object), 1) = 0 and status <> 'open')
	when 'invoice' then exists (select from public.payments where effect = 'invoice:' || (p_object->>'id'))
	when 'invoice_payment' then exists (select from public.invoice_payments
		where payment_intent = p_object#>>'{payment,payment_intent}' and invoice = p_object->>'invoice')
	when 'charge' then exists (select from public.charges c
		cross join lateral (select r.final - coalesce((select sum(amount) from public.disputes d
			where d.charge_id = c.id and core.dispute_out(d) and core.dispute_lost(d.status)), 0) as refunds
			from core.charge_reversed(c) r) x
		where c.id = p_object->>'id' and refunds = core.bigint_or_null(p_object->>'amount_refunded'))
	when 'dispute' then exists (select from public.disputes
		where id = p_object->>'id' and status = p_object->>'status')
	else true end
$$;
