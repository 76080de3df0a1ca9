-- SPDX-License-Identifier: MIT
-- Returns: {"products":[{price_id, name, description, amount, currency,
--          interval|null, credits, discord}]}: what is for sale, subscriptions
--          first, then by amount.
-- Touches: prices, products (read).
create function api.pricing() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('products', coalesce((
		select jsonb_agg(jsonb_build_object('price_id', r.id, 'name', p.name, 'description', p.description,
			'amount', r.unit_amount, 'currency', r.currency, 'interval', r.interval,
			'credits', r.credits, 'discord', r.discord)
			order by r.interval is null, r.unit_amount, r.id)
		from prices r join products p on p.id = r.product_id
		where core.price_for_sale(r, p)), '[]'));
end
$$;
revoke all on function api.pricing() from public;
