-- SPDX-License-Identifier: MIT
-- Does:    records the money of a paid one-time session, once, and settles it.
--          What it sold is asked from Stripe when nothing says it.
-- Args:    p_event the event, p_order_id its locked order, whose user is known.
-- Touches: payments, payment_lines, line_lists; what core.payment_settle() touches.
create function core.session_payment(p_event jsonb, p_order_id uuid) returns void
language plpgsql volatile as $$
declare
	v_id bigint;
begin
	insert into payments (effect, status, user_id, order_id, event_id, customer, payment_intent,
		amount, currency, paid_at)
	select 'session:' || session_id, 'unpriced', coalesce(gift_to, user_id), id, p_event->>'id', customer, payment_intent,
		amount, currency, paid_at
	from orders where id = p_order_id
	on conflict (effect) do nothing
	returning id into v_id;
	if v_id is not null then
		insert into payment_lines (payment_id, line, price_id, quantity, credits)
		select v_id, s.line, s.price_id, s.quantity, s.credits
		from orders o cross join lateral core.session_sold(o, p_event#>'{data,object}') s where o.id = p_order_id;
		if not found then
			perform core.lines_ask('session', p_event#>>'{data,object,id}');
		end if;
		perform core.payment_settle(v_id);
		perform core.payment_heard(v_id);
	end if;
end
$$;
