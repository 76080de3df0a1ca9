-- SPDX-License-Identifier: MIT
-- Does:    brings an order up to what a checkout.session.* event says; money
--          that has arrived is recorded and settled, a paid order gets its seat.
-- Args:    p_event the event; the caller shares the catalogue lock.
-- Touches: orders; identities, users, payments, the wallet, seats, outbox, line_lists.
create function core.session_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_session jsonb := p_event#>'{data,object}';
	v_created timestamptz := core.event_created(p_event);
	v_status text := core.session_status(p_event->>'type', v_session);
	v_id uuid;
	v_order orders;
begin
	perform core.lock_person(coalesce(v_session->>'customer', v_session->>'id'));
	v_id := core.session_order(v_session, v_created);
	update orders set
		status = core.order_status(status, v_status),
		amount = coalesce(core.session_amount(v_session), amount),
		currency = coalesce(v_session->>'currency', currency),
		customer = coalesce(v_session->>'customer', customer),
		payment_intent = coalesce(v_session->>'payment_intent', payment_intent),
		invoice = coalesce(v_session->>'invoice', invoice),
		subscription_id = coalesce(v_session->>'subscription', subscription_id),
		paid_at = case when v_status = 'paid' then least(paid_at, v_created) else paid_at end
	where id = v_id
	returning * into v_order;
	if v_status = 'paid' then
		perform core.order_person(v_order, v_session);
		if v_order.mode = 'payment' then
			perform core.session_payment(p_event, v_order.id);
		end if;
	end if;
	if v_order.mode = 'subscription' then
		perform core.payment_move(p.id, v_order.gift_to) from (select id from payments
			where subscription_id = v_order.subscription_id and status <> 'none' order by id) p;
		perform core.subscription_paid(v_order.subscription_id);
	end if;
	perform core.order_settle(v_order.id);
	perform core.lines_ask('session', session_id) from orders
	where id = v_order.id and status = 'paid' and settled_at is null and price_id is null;
	perform core.order_reverse(v_order.id);
end
$$;
