-- SPDX-License-Identifier: MIT
-- Returns: the price a Checkout Session names: our metadata, its line items when
--          expanded, or the display items of 2020; null when it names none.
create function core.session_price(p_session jsonb) returns text
language sql immutable as $$
	select coalesce(p_session#>>'{metadata,price_id}',
		p_session#>>'{line_items,data,0,price,id}',
		p_session#>>'{display_items,0,price,id}',
		p_session#>>'{display_items,0,plan,id}',
		p_session#>>'{display_items,0,sku,id}')
$$;
