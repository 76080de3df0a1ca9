-- SPDX-License-Identifier: MIT
-- Does:    says what will become of an event, by what it says and never by
--          what came before it, so that any order ends in the same record.
-- Returns: applied (we act on it) or recorded (kept, nothing to do).
create function core.event_outcome(p_event jsonb) returns text
language sql immutable as $$
	select case when coalesce(p_event#>>'{data,object,id}', '') = '' then 'recorded'
		when p_event->>'type' in ('checkout.session.completed', 'checkout.session.async_payment_succeeded',
			'checkout.session.async_payment_failed', 'checkout.session.expired')
			and coalesce(p_event#>>'{data,object,mode}', '') <> 'setup' then 'applied'
		when p_event->>'type' = 'invoice.paid'
			and core.invoice_subscription(p_event#>'{data,object}') is not null
			and core.bigint_or_null(p_event#>>'{data,object,amount_paid}') > 0 then 'applied'
		when p_event->>'type' = 'invoice.payment_failed'
			and core.invoice_subscription(p_event#>'{data,object}') is not null then 'applied'
		when p_event->>'type' in ('charge.refunded', 'invoice_payment.paid') then 'applied'
		when p_event->>'type' in ('refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated',
			'charge.dispute.created', 'charge.dispute.updated', 'charge.dispute.closed',
			'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated')
			and p_event#>>'{data,object,charge}' <> '' then 'applied'
		when p_event->>'type' in ('charge.succeeded', 'payment_method.attached')
			and p_event#>>'{data,object,customer}' <> ''
			and core.card_fingerprint(p_event#>'{data,object}') is not null then 'applied'
		when p_event->>'type' in ('customer.subscription.created', 'customer.subscription.updated',
			'customer.subscription.deleted', 'customer.subscription.paused',
			'customer.subscription.resumed') then 'applied'
		when p_event->>'type' in ('price.created', 'price.updated', 'price.deleted',
			'product.created', 'product.updated', 'product.deleted') then 'applied'
		else 'recorded' end
$$;
