-- SPDX-License-Identifier: MIT
-- Returns: of two statuses the one that stands, whichever came first: paid is
--          never undone by a late `expired` or `failed`.
create function core.order_status(p_one text, p_other text) returns text
language sql immutable as $$
	select s from unnest(array['refunded', 'paid', 'failed', 'expired', 'pending', 'open']) with ordinality r(s, n)
	where s in (p_one, p_other)
	order by n limit 1
$$;
