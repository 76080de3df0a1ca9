-- SPDX-License-Identifier: MIT
-- Does:    records the money of a paid subscription invoice, once per invoice,
--          and settles it.  Only the first invoice and renewals buy credits.  Lines
--          that the event has no room for are asked from Stripe first.
-- Args:    p_event the event; the caller shares the catalogue lock.
-- Touches: payments, payment_lines, charges, orders, subscriptions; identities, users,
--          the wallet, seats, outbox, line_lists.
create function core.invoice_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_invoice jsonb := p_event#>'{data,object}';
	v_sub text := core.invoice_subscription(v_invoice);
	v_buys boolean := coalesce(v_invoice->>'billing_reason', '') in ('subscription_create', 'subscription_cycle')
		and (v_invoice#>'{lines,has_more}' = 'true' or exists (select from core.invoice_lines(v_invoice)));
	v_id bigint;
begin
	perform core.lock_person(coalesce(v_invoice->>'customer', v_sub));
	insert into payments (effect, status, user_id, event_id, customer, subscription_id, payment_intent,
		amount, currency, paid_at)
	values ('invoice:' || (v_invoice->>'id'), case when v_buys then 'unpriced' else 'none' end,
		case when v_buys then core.invoice_beneficiary(v_invoice) end, p_event->>'id',
		v_invoice->>'customer', v_sub, v_invoice->>'payment_intent',
		core.bigint_or_null(v_invoice->>'amount_paid'), v_invoice->>'currency', core.event_created(p_event))
	on conflict (effect) do nothing
	returning id into v_id;
	if v_invoice->>'charge' <> '' then -- 2020
		perform core.charge_note(v_invoice->>'charge', v_invoice->>'payment_intent', v_invoice->>'id');
	end if;
	if v_id is null or not v_buys then
		perform core.payment_heard(v_id);
		perform core.subscription_decide(v_sub);
		return;
	end if;
	if v_invoice#>'{lines,has_more}' = 'true' then
		perform core.lines_ask('invoice', v_invoice->>'id');
	else
		insert into payment_lines (payment_id, line, price_id, item_id, quantity)
		select v_id, line, price_id, item_id, quantity from core.invoice_lines(v_invoice);
	end if;
	perform core.payment_settle(v_id);
	perform core.payment_heard(v_id);
	perform core.subscription_paid(v_sub);
end
$$;
