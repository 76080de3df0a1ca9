-- SPDX-License-Identifier: MIT
-- Does:    reads what a Checkout Session itself says it sold: its line items when
--          expanded and all there, or the display items of 2020.
-- Returns: line number, price, quantity; no row when it does not say.
create function core.session_lines(p_session jsonb)
returns table (line integer, price_id text, quantity bigint)
language sql immutable as $$
	select n::integer, coalesce(l#>>'{price,id}', l#>>'{plan,id}', l#>>'{sku,id}'),
		coalesce(core.bigint_or_null(l->>'quantity'), 1)
	from jsonb_array_elements(case
		when jsonb_typeof(p_session#>'{line_items,data}') = 'array'
			and coalesce(p_session#>'{line_items,has_more}', 'false') = 'false' then p_session#>'{line_items,data}'
		when jsonb_typeof(p_session->'display_items') = 'array' then p_session->'display_items'
		else '[]' end) with ordinality x(l, n)
	where coalesce(core.bigint_or_null(l->>'quantity'), 1) between 1 and 1000000
$$;
