-- SPDX-License-Identifier: MIT
-- Returns: what the session costs in cents: amount_total, in 2020 the sum of
--          the display items; null when neither is there.
create function core.session_amount(p_session jsonb) returns bigint
language sql immutable as $$
	select case when amount is not null then greatest(amount, 0) end
	from (select coalesce(core.bigint_or_null(p_session->>'amount_total'), (
		select case when sum(i.cost) < 1e15 then sum(i.cost)::bigint end
		from (select core.bigint_or_null(d->>'amount')::numeric
			* coalesce(core.bigint_or_null(d->>'quantity'), 1) as cost
			from jsonb_array_elements(case when jsonb_typeof(p_session->'display_items') = 'array'
				then p_session->'display_items' else '[]' end) d) i)) as amount) a
$$;
