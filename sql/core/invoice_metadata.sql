-- SPDX-License-Identifier: MIT
-- Returns: the subscription's metadata as an invoice carries it: `parent` since
--          basil, subscription_details before, in 2020 on the line.
create function core.invoice_metadata(p_invoice jsonb) returns jsonb
language sql immutable as $$
	select coalesce(nullif(p_invoice#>'{parent,subscription_details,metadata}', 'null'),
		nullif(p_invoice#>'{subscription_details,metadata}', 'null'),
		p_invoice#>'{lines,data,0,metadata}')
$$;
