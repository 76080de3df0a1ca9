-- SPDX-License-Identifier: MIT
-- Returns: the subscription an invoice bills: under `parent` since 2025-03-31
--          (basil), at the top before; null for other invoices.
create function core.invoice_subscription(p_invoice jsonb) returns text
language sql immutable as $$
	select coalesce(p_invoice#>>'{parent,subscription_details,subscription}', p_invoice->>'subscription')
$$;
