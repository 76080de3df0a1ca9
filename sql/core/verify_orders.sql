-- SPDX-License-Identifier: MIT
-- Returns: the checks of money received, as core.verify().
-- Touches: stripe_events, orders, payments, credit_lots, seats (read).
create function core.verify_orders() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each paid event has its payment', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select e.id, p.id is null as bad
		from public.stripe_events e left join public.payments p on p.effect =
			case when type = 'invoice.paid' then 'invoice:' else 'session:' end || (payload#>>'{data,object,id}')
		where outcome = 'applied' and (type = 'invoice.paid' or type like 'checkout.session.%'
			and core.session_mode(payload#>'{data,object}') = 'payment'
			and core.session_status(type, payload#>'{data,object}') = 'paid')) x
	union all
	select 'each paid one-time order has its payment', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select o.id::text, p.id is null as bad
		from public.orders o left join public.payments p on p.order_id = o.id
		where o.mode = 'payment' and o.status = 'paid') x
	union all
	select 'an order is refunded when its money is gone', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select o.id::text, (o.status = 'refunded') <> coalesce(core.order_gone(o), false) as bad
		from public.orders o where o.status in ('paid', 'refunded')) x
	union all
	select 'each granted payment has its credits', count(*), count(*) filter (where bad), min(effect) filter (where bad)
	from (select p.effect, coalesce(l.amount, 0) <> p.credits as bad
		from public.payments p left join public.credit_lots l using (effect)
		where p.status = 'granted') x
	union all
	select 'each paid order with a seat has one', count(*), count(*) filter (where bad), min(id) filter (where bad)
	from (select o.id::text, not exists (select from public.seats s
			where s.order_id = o.id or s.user_id = o.user_id) as bad
		from public.orders o where o.status = 'paid' and o.settled_at is not null and o.discord) x
$$;
