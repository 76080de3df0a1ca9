-- SPDX-License-Identifier: MIT
-- Does:    finds the charges that paid for a payment.
-- Returns: charges, each of one payment only.
-- Touches: charges, payments, invoice_payments (read).
create function core.payment_charges(p_payment payments) returns setof charges
language sql stable as $$
	select c.* from public.charges c
	where c.id in (
		select id from public.charges where payment_intent = p_payment.payment_intent
		union select id from public.charges where invoice = substring(p_payment.effect from '^invoice:(.*)')
		union select x.id from public.invoice_payments i join public.charges x using (payment_intent)
			where i.invoice = substring(p_payment.effect from '^invoice:(.*)'))
		and (core.charge_payments(c))[1] = p_payment.id
$$;
