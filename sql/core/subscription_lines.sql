-- SPDX-License-Identifier: MIT
-- Does:    reads the items of a subscription; each id once, or a hostile object
--          would touch a row twice.
-- Returns: item, price (in 2020 the plan), quantity.
create function core.subscription_lines(p_sub jsonb)
returns table (item_id text, price_id text, quantity bigint)
language sql immutable as $$
	select distinct on (i->>'id') i->>'id', coalesce(i#>>'{price,id}', i#>>'{plan,id}'),
		coalesce(core.bigint_or_null(i->>'quantity'), 1)
	from jsonb_array_elements(case when jsonb_typeof(p_sub#>'{items,data}') = 'array'
		then p_sub#>'{items,data}' else '[]' end) with ordinality x(i, n)
	where i->>'id' <> '' and coalesce(i#>>'{price,id}', i#>>'{plan,id}') <> ''
	order by i->>'id', n
$$;
