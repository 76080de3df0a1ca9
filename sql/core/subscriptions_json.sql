-- SPDX-License-Identifier: MIT
-- Returns: [{id, product, amount, currency, interval, credits, status, renews_at|null,
--          ends_at|null}] of a user, those that run first; of those that are over
--          the latest only.  status: active, trialing, past_due, canceled …
-- Touches: subscriptions, prices, products (read).
create function core.subscriptions_json(p_user uuid) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'product', d.name, 'amount', p.unit_amount,
			'currency', p.currency, 'interval', p.interval, 'credits', p.credits, 'status', s.status,
			'renews_at', case when s.ends_at is null and not s.seen_final then s.current_period_end end,
			'ends_at', s.ends_at) order by s.seen_final, s.current_period_end desc nulls last, s.id), '[]')
		from (select *, row_number() over (partition by seen_final order by current_period_end desc nulls last, id) as place
			from subscriptions where user_id = p_user and status <> 'incomplete_expired') s
		left join prices p on p.id = s.price_id left join products d on d.id = p.product_id
		where not s.seen_final or s.place = 1);
end
$$;
