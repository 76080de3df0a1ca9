-- SPDX-License-Identifier: MIT
-- Does:    makes sure that a charge has its row and keeps what ties it to a
--          payment; what is known is never forgotten.
-- Args:    p_charge, p_intent, p_invoice Stripe's ids, the latter two or null;
--          p_reversed_at when this event took money back, or null.
-- Touches: charges.
create function core.charge_note(p_charge text, p_intent text, p_invoice text, p_reversed_at timestamptz default null)
returns void
language sql volatile as $$
	insert into public.charges as c (id, payment_intent, invoice, first_reversed_at)
	values (p_charge, p_intent, p_invoice, p_reversed_at)
	on conflict (id) do update set payment_intent = coalesce(c.payment_intent, excluded.payment_intent),
		invoice = coalesce(c.invoice, excluded.invoice),
		first_reversed_at = least(c.first_reversed_at, excluded.first_reversed_at)
$$;
