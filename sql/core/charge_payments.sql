-- SPDX-License-Identifier: MIT
-- Does:    finds what a charge may have paid for, the likeliest first: the
--          invoice it or its payment intent is tied to, else whatever names the
--          payment intent.  Only the first counts; the others may have counted
--          before the tie was known.
-- Returns: ids of payments; null for none.
-- Touches: payments, invoice_payments (read).
create function core.charge_payments(p_charge charges) returns bigint[]
language sql stable as $$
	select array_agg(id order by effect not like 'invoice:%', effect) from (
		select id, effect from public.payments where payment_intent = p_charge.payment_intent
		union select p.id, p.effect from (
			select p_charge.invoice as invoice
			union select invoice from public.invoice_payments where payment_intent = p_charge.payment_intent) i
		join public.payments p on p.effect = 'invoice:' || i.invoice) x
$$;
