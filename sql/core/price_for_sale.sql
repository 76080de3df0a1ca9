-- SPDX-License-Identifier: MIT
-- Returns: whether a price is sold here: active, its product too, without fault,
--          and its credits said (0 says: none).
create function core.price_for_sale(p_price prices, p_product products) returns boolean
language sql immutable as $$
	select p_price.active and p_product.active and p_price.fault is null and p_price.credits is not null
$$;
