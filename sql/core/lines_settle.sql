-- SPDX-License-Identifier: MIT
-- Does:    settles the payment and the order that waited for the lines of a
--          session or an invoice, which are all known now.
-- Args:    p_subject its id; the caller holds the catalogue lock alone.
-- Touches: payments, payment_lines, orders, outbox; what core.payment_settle(),
--          core.order_settle() and core.subscription_paid() touch.
create function core.lines_settle(p_subject text) returns void
language plpgsql volatile as $$
declare
	v_kind text := (select kind from line_lists where subject = p_subject);
	v_paid payments;
	v_order uuid;
begin
	delete from outbox where dedupe_key = 'lines:' || p_subject and done_at is null and attempts = 0;
	select id into v_order from orders where v_kind = 'session' and session_id = p_subject for no key update;
	select * into v_paid from payments where effect = v_kind || ':' || p_subject and status = 'unpriced'
	for no key update;
	insert into payment_lines (payment_id, line, price_id, item_id, quantity)
	select v_paid.id, line, price_id, item_id, quantity from core.lines_known(p_subject)
	where v_paid.id is not null
	on conflict do nothing;
	if not found and v_paid.id is not null then -- nothing in it buys anything
		delete from outbox where dedupe_key = 'unpriced:' || v_paid.effect and done_at is null and attempts = 0;
		update payments set status = 'none', user_id = null where id = v_paid.id;
	elsif v_paid.id is not null then
		perform core.payment_settle(v_paid.id);
	end if;
	perform core.subscription_paid(v_paid.subscription_id);
	perform core.order_settle(v_order);
	perform core.order_reverse(v_order);
end
$$;
