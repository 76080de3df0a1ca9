-- SPDX-License-Identifier: MIT
-- Does:    reads the lines of an invoice that buy credits: a period of a
--          subscription with money in it.  Prorations and one-off items do not.
-- Returns: line number, price (null: the subscription item knows), item, quantity.
create function core.invoice_lines(p_invoice jsonb)
returns table (line integer, price_id text, item_id text, quantity bigint)
language sql immutable as $$
	select n::integer,
		coalesce(l#>>'{pricing,price_details,price}', l#>>'{price,id}', l#>>'{plan,id}'),
		coalesce(l#>>'{parent,subscription_item_details,subscription_item}', l->>'subscription_item'),
		coalesce(core.bigint_or_null(l->>'quantity'), 1)
	from jsonb_array_elements(case when jsonb_typeof(p_invoice#>'{lines,data}') = 'array'
		then p_invoice#>'{lines,data}' else '[]' end) with ordinality x(l, n)
	where coalesce(l#>>'{parent,type}', 'subscription_item_details') = 'subscription_item_details'
		and coalesce(l->>'type', 'subscription') <> 'invoiceitem'
		and coalesce(l#>'{parent,subscription_item_details,proration}', l->'proration', 'false') <> 'true'
		and coalesce(core.bigint_or_null(l->>'amount'), 1) > 0
		and coalesce(core.bigint_or_null(l->>'quantity'), 1) between 1 and 1000000
$$;
