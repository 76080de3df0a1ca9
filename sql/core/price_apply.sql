-- SPDX-License-Identifier: MIT
-- Does:    records a Stripe price, from an event or from the API; an older
--          version never overwrites a newer one.  What must not be sold
--          (amount not positive, senseless credits) is kept inactive with a fault.
-- Args:    p_price Stripe's price object; p_created, p_rank, p_event the
--          version (default: read from the API just now).
-- Returns: whether this version is the one now recorded.
-- Touches: products (a stub when unknown), prices.
create function core.price_apply(p_price jsonb, p_created bigint default extract(epoch from core.now())::bigint,
	p_rank smallint default 1, p_event text default '')
returns boolean
language plpgsql volatile as $$
declare
	v_product text := coalesce(p_price#>>'{product,id}', p_price->>'product', '');
	v_amount bigint := core.bigint_or_null(p_price->>'unit_amount');
	v_discord boolean := lower(coalesce(p_price#>>'{metadata,discord}', 'yes')) not in ('no', 'false', '0', 'off');
	v_credits bigint;
	v_fault text;
begin
	select * into v_credits, v_fault from core.price_credits(p_price->'metadata');
	if v_amount is null or v_amount <= 0 then
		v_fault := 'unit_amount is not positive';
		v_credits := null;
	end if;
	insert into products (id) values (v_product) on conflict do nothing;
	insert into prices (id, product_id, active, unit_amount, currency, interval, credits, discord,
		metadata, lookup_key, fault, seen_created, seen_rank, seen_event)
	values (p_price->>'id', v_product,
		v_fault is null and p_rank < 2 and coalesce((p_price->'active') = 'true', false),
		v_amount, coalesce(p_price->>'currency', 'usd'), p_price#>>'{recurring,interval}', v_credits, v_discord,
		coalesce(p_price->'metadata', '{}'), p_price->>'lookup_key', v_fault, p_created, p_rank, p_event)
	on conflict (id) do update set (product_id, active, unit_amount, currency, interval, credits, discord,
		metadata, lookup_key, fault, seen_created, seen_rank, seen_event)
		= (excluded.product_id, excluded.active, excluded.unit_amount, excluded.currency, excluded.interval,
		excluded.credits, excluded.discord, excluded.metadata, excluded.lookup_key, excluded.fault,
		excluded.seen_created, excluded.seen_rank, excluded.seen_event)
	where (excluded.seen_created, excluded.seen_rank, excluded.seen_event)
		>= (prices.seen_created, prices.seen_rank, prices.seen_event);
	return found;
end
$$;
