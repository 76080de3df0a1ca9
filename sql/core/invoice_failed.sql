-- SPDX-License-Identifier: MIT
-- Does:    notes that an invoice of a subscription could not be collected: it is
--          past due, the member is told, nothing is taken away.
-- Args:    p_event an invoice.payment_failed event; the caller shares the
--          catalogue lock.
-- Touches: subscriptions, outbox.
create function core.invoice_failed(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_invoice jsonb := p_event#>'{data,object}';
	v_sub text := core.invoice_subscription(v_invoice);
begin
	insert into subscriptions as s (id, user_id, customer, status, failed_created)
	values (v_sub, core.subscription_user(v_sub), v_invoice->>'customer', 'unknown',
		extract(epoch from core.event_created(p_event))::bigint)
	on conflict (id) do update set failed_created = greatest(s.failed_created, excluded.failed_created);
	perform core.subscription_decide(v_sub);
	perform core.outbox_add('payment_failed_notice', jsonb_build_object('invoice', v_invoice->>'id',
		'subscription', v_sub, 'customer', v_invoice->>'customer', 'amount', core.bigint_or_null(v_invoice->>'amount_due'),
		'currency', v_invoice->>'currency', 'pay_url', v_invoice->>'hosted_invoice_url',
		'next_attempt', core.time_or_null(v_invoice->>'next_payment_attempt')),
		'payment_failed:' || (v_invoice->>'id') || ':' || coalesce(v_invoice->>'attempt_count', '1'));
end
$$;
