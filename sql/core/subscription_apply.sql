-- SPDX-License-Identifier: MIT
-- Does:    records a subscription and the prices of its items; the newest
--          version wins, canceled is final.
-- Args:    p_sub Stripe's subscription; p_created, p_rank, p_event its version.
-- Touches: subscriptions, subscription_items.
create function core.subscription_apply(p_sub jsonb, p_created bigint, p_rank smallint, p_event text)
returns void
language plpgsql volatile as $$
declare
	v_id text := p_sub->>'id';
begin
	insert into subscriptions (id, user_id, customer, price_id, status, current_period_end,
		cancel_at_period_end, ends_at, seen_final, seen_created, seen_rank, seen_event, said)
	values (v_id, core.subscription_user(v_id), p_sub->>'customer',
		(select price_id from core.subscription_lines(p_sub) limit 1), coalesce(p_sub->>'status', 'unknown'),
		core.time_or_null(coalesce(p_sub#>>'{items,data,0,current_period_end}', p_sub->>'current_period_end')),
		coalesce(p_sub->'cancel_at_period_end' = 'true', false), core.subscription_end(p_sub),
		coalesce(p_sub->>'status', '') in ('canceled', 'incomplete_expired'), p_created, p_rank, p_event,
		coalesce(p_sub->>'status', 'unknown'))
	on conflict (id) do update set (customer, price_id, said, current_period_end,
		cancel_at_period_end, ends_at, seen_final, seen_created, seen_rank, seen_event)
		= (excluded.customer, excluded.price_id, excluded.said, excluded.current_period_end,
		excluded.cancel_at_period_end, excluded.ends_at, excluded.seen_final, excluded.seen_created, excluded.seen_rank, excluded.seen_event)
	where (excluded.seen_final, excluded.seen_created, excluded.seen_rank, excluded.seen_event)
		>= (subscriptions.seen_final, subscriptions.seen_created, subscriptions.seen_rank, subscriptions.seen_event);
	insert into subscription_items (id, subscription_id, price_id, quantity, seen_created, seen_rank, seen_event)
	select item_id, v_id, price_id, quantity, p_created, p_rank, p_event from core.subscription_lines(p_sub)
	on conflict (id) do update set (price_id, quantity, seen_created, seen_rank, seen_event)
		= (excluded.price_id, excluded.quantity, excluded.seen_created, excluded.seen_rank, excluded.seen_event)
	where (excluded.seen_created, excluded.seen_rank, excluded.seen_event)
		>= (subscription_items.seen_created, subscription_items.seen_rank, subscription_items.seen_event);
	perform core.subscription_decide(v_id);
end
$$;
