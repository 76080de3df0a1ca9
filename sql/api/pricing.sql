-- SPDX-License-Identifier: MIT
-- Does:    lists what is for sale, and says who looks at it.
-- Args:    p_caller a browser session, or null: nobody is asked about then.
-- Returns: {"products":[{price_id, name, description, amount, currency,
--          interval|null, credits, discord}]}: what is for sale, subscriptions
--          first, then by amount; "me", core.me_json(), of who is signed in.
-- Touches: prices, products, users, identities, user_roles (read); sessions as
--          core.session_see().
create function api.pricing(p_caller jsonb default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return jsonb_build_object('products', coalesce((
		select jsonb_agg(jsonb_build_object('price_id', r.id, 'name', p.name, 'description', p.description,
			'amount', r.unit_amount, 'currency', r.currency, 'interval', r.interval,
			'credits', r.credits, 'discord', r.discord)
			order by r.interval is null, r.unit_amount, r.id)
		from prices r join products p on p.id = r.product_id
		where core.price_for_sale(r, p)), '[]'))
		|| case when p_caller is null then '{}' else jsonb_build_object('me', core.me_json(core.visitor(p_caller))) end;
end
$$;
revoke all on function api.pricing(jsonb) from public;
