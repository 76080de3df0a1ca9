-- SPDX-License-Identifier: MIT
-- Does:    records a Stripe product, from an event or from the API; an older
--          version never overwrites a newer one.
-- Args:    p_product Stripe's product object; p_created, p_rank, p_event the
--          version (default: read from the API just now).
-- Returns: whether this version is the one now recorded.
-- Touches: products.
create function core.product_apply(p_product jsonb, p_created bigint default extract(epoch from core.now())::bigint,
	p_rank smallint default 1, p_event text default '')
returns boolean
language plpgsql volatile as $$
begin
	insert into products (id, name, description, active, metadata, seen_created, seen_rank, seen_event)
	values (p_product->>'id', coalesce(p_product->>'name', ''), p_product->>'description',
		p_rank < 2 and coalesce((p_product->'active') = 'true', false),
		coalesce(p_product->'metadata', '{}'), p_created, p_rank, p_event)
	on conflict (id) do update set (name, description, active, metadata, seen_created, seen_rank, seen_event)
		= (excluded.name, excluded.description, excluded.active, excluded.metadata,
		excluded.seen_created, excluded.seen_rank, excluded.seen_event)
	where (excluded.seen_created, excluded.seen_rank, excluded.seen_event)
		>= (products.seen_created, products.seen_rank, products.seen_event);
	return found;
end
$$;
