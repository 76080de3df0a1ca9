-- SPDX-License-Identifier: MIT
-- Returns: the payment as its charges make it: cents that went back (never more
--          than came), credits that go with them, whether it is gone for good
--          (all of it refunded, or a dispute lost), and since when.
-- Touches: charges, refunds, disputes, payments, invoice_payments (read).
create function core.payment_reversed(p_payment payments) returns payments
language plpgsql stable as $$
declare
	v_paid payments := p_payment;
	v_final numeric;
begin
	select least(coalesce(sum(r.reversed), 0), p_payment.amount), coalesce(bool_or(r.lost), false),
		coalesce(sum(r.final), 0), min(c.first_reversed_at)
	into v_paid.reversed, v_paid.gone, v_final, v_paid.reversed_at
	from core.payment_charges(p_payment) c cross join core.charge_reversed(c) r;
	v_paid.reversed := coalesce(v_paid.reversed, 0);
	v_paid.gone := v_paid.gone or (p_payment.amount > 0 and v_final >= p_payment.amount);
	v_paid.clawed := case when v_paid.reversed > 0
		then coalesce(div(p_payment.credits::numeric * v_paid.reversed, p_payment.amount), 0) else 0 end;
	return v_paid;
end
$$;
