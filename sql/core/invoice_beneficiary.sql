-- SPDX-License-Identifier: MIT
-- Does:    decides whose subscription an invoice pays, and who has its credits.
-- Returns: the user who has the credits: the one whom the subscription's session
--          gives them to, else the payer.
-- Touches: orders (read); what core.invoice_person() touches.
create function core.invoice_beneficiary(p_invoice jsonb) returns uuid
language plpgsql volatile as $$
declare
	v_payer uuid := core.invoice_person(p_invoice);
begin
	return coalesce((select gift_to from orders
		where subscription_id = core.invoice_subscription(p_invoice) and gift_to is not null
		order by created_at, id limit 1), v_payer);
end
$$;
