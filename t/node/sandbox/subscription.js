// SPDX-License-Identifier: MIT
// Subscriptions: the first payment, renewals, failures, the end; in the shape of today and of 2020.
'use strict';
const { ok, is, refuses, run } = require('./tap.js');
const { Receiver, client, control, form, make_price, make_session, quiet, start, stop } = require('./harness.js');

const stripe = client();
const hook = new Receiver();
const months = (a, b) => {
	const [from, to] = [a, b].map((at) => new Date(at * 1000));
	return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth();
};

// Buys the monthly price on the page; the subscription.
async function subscribe(price, how = 'card') {
	const session = await make_session(stripe, price, { metadata: { user_id: 'u9' }, subscription_data: { metadata: { user_id: 'u9' } } });
	await quiet();
	hook.forget();
	await form(new URL(session.url).pathname, { how, email: 'eva@example.test' });
	await hook.the('checkout.session.completed');
	await quiet();
	return stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription.latest_invoice'] });
}

async function first(price) {
	const session = await subscribe(price);
	const sub = session.subscription;
	is(hook.types(), ['customer.created', 'payment_method.attached', 'invoice.created', 'invoice.finalized', 'customer.subscription.created',
		'payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'invoice.paid', 'invoice.payment_succeeded',
		'invoice_payment.paid', 'checkout.session.completed'], 'a subscription tells its events in order');
	is([session.payment_status, session.payment_intent, sub.status, sub.metadata], ['paid', null, 'active', { user_id: 'u9' }], 'the session is paid, the subscription active');
	const item = sub.items.data[0];
	ok(!('current_period_end' in sub) && months(item.current_period_start, item.current_period_end) === 1, 'the period is on the item, one month long');
	const invoice = hook.events.find((one) => one.type === 'invoice.paid').data.object;
	is([invoice.billing_reason, invoice.amount_paid, invoice.customer_email], ['subscription_create', 999, 'eva@example.test'], 'the invoice says why and how much');
	is(invoice.parent.subscription_details, { subscription: sub.id, metadata: { user_id: 'u9' } }, 'and names the subscription under parent');
	const [line] = invoice.lines.data;
	is([line.pricing.price_details.price, line.parent.subscription_item_details.proration, line.quantity], [price.id, false, 1], 'its line names the price by id');
	ok(!('subscription' in invoice) && !('payment_intent' in invoice), 'and not where it was before basil');
	return sub;
}

async function reconcile(sub) {
	const [payment] = (await stripe.invoicePayments.list({ invoice: sub.latest_invoice.id })).data;
	const told = hook.events.find((one) => one.type === 'invoice_payment.paid').data.object;
	is([payment.id, payment.status, payment.amount_paid], [told.id, 'paid', 999], 'the invoice payment is listed as it was told');
	const back = await stripe.invoicePayments.list({ payment: { type: 'payment_intent', payment_intent: payment.payment.payment_intent } });
	is(back.data[0].invoice, sub.latest_invoice.id, 'and leads from the payment intent to the invoice');
	is((await stripe.invoices.list({ subscription: sub.id })).data.map((one) => one.id), [sub.latest_invoice.id], 'invoices are listed by subscription');
	is((await stripe.invoices.listLineItems(sub.latest_invoice.id)).data.length, 1, 'with their lines');
	is((await stripe.subscriptions.list({ customer: sub.customer })).data.map((one) => one.id), [sub.id], 'subscriptions are listed by customer');
	const whole = await stripe.invoices.retrieve(sub.latest_invoice.id, { expand: ['payments.data.payment.payment_intent'] });
	is(whole.payments.data[0].payment.payment_intent.status, 'succeeded', 'an invoice expands to the payment intent that paid it');
}

async function renewals(sub) {
	hook.forget();
	await control('renew', { subscription: sub.id });
	await control('renew', { subscription: sub.id });
	const paid = (await hook.the('invoice.paid', 2)).map((one) => one.data.object);
	is(paid.map((one) => [one.billing_reason, one.amount_paid]), [['subscription_cycle', 999], ['subscription_cycle', 999]], 'each renewal is paid by an invoice');
	is(new Set(paid.map((one) => one.id)).size, 2, 'of its own');
	const now = await stripe.subscriptions.retrieve(sub.id);
	is(months(sub.items.data[0].current_period_start, now.items.data[0].current_period_start), 2, 'the period has moved by two months');
	is(paid[1].lines.data[0].period.end, now.items.data[0].current_period_end, 'and the line covers it');
	const [change] = await hook.the('customer.subscription.updated', 2);
	ok(change.data.previous_attributes.items && change.data.previous_attributes.latest_invoice === sub.latest_invoice.id, 'the update tells the former period');
	ok(!hook.types().includes('checkout.session.completed'), 'a renewal completes no session');
}

async function failure(sub) {
	hook.forget();
	await control('renew', { subscription: sub.id, outcome: 'failed' });
	const [failed] = await hook.the('invoice.payment_failed');
	ok(failed.data.object.next_payment_attempt > failed.created && failed.data.object.status === 'open', 'a renewal that fails leaves an open invoice');
	is((await stripe.subscriptions.retrieve(sub.id)).status, 'past_due', 'and the subscription past due');
	await stripe.invoices.pay(failed.data.object.id);
	is((await hook.the('invoice.paid'))[0].data.object.id, failed.data.object.id, 'the same invoice is paid after all');
	is((await stripe.subscriptions.retrieve(sub.id)).status, 'active', 'and the subscription active again');
	await refuses(stripe.invoices.pay(failed.data.object.id), 'StripeInvalidRequestError', { code: 'invoice_already_paid' }, 'once');
}

async function end(sub) {
	const ending = await stripe.subscriptions.update(sub.id, { cancel_at_period_end: true });
	is([ending.status, ending.cancel_at], ['active', ending.items.data[0].current_period_end], 'a subscription can end with its period');
	await control('renew', { subscription: sub.id });
	is((await hook.the('customer.subscription.deleted'))[0].data.object.status, 'canceled', 'and then is over');
	await refuses(stripe.subscriptions.cancel(sub.id), 'StripeInvalidRequestError', { code: 'resource_missing' }, 'once');
	is((await stripe.subscriptions.list({ customer: sub.customer })).data, [], 'a list leaves it out');
	is((await stripe.subscriptions.list({ customer: sub.customer, status: 'all' })).data.length, 1, 'unless all are asked for');
}

async function others(price) {
	await control('settings', { settle_delay: 0.2 });
	await subscribe(price, 'transfer');
	await hook.the('checkout.session.async_payment_succeeded');
	const [[done_first], [paid]] = await Promise.all([hook.the('checkout.session.completed'), hook.the('invoice.paid')]);
	is([done_first.data.object.payment_status, paid.data.object.amount_paid], ['unpaid', 999], 'a subscription by bank transfer is paid later');
	const trial = await make_session(stripe, price, { subscription_data: { trial_period_days: 7 } });
	await quiet();
	hook.forget();
	const done = await control('pay', { session: trial.id });
	const [free] = await hook.the('invoice.paid');
	is([done.payment_status, free.data.object.amount_paid], ['no_payment_required', 0], 'a trial begins with an invoice of nothing');
	await control('renew', { subscription: done.subscription });
	is((await hook.the('invoice.paid', 2))[1].data.object.amount_paid, 999, 'and is paid when it ends');
}

async function of_2020(price) {
	await control('settings', { event_shape: '2020' });
	const session = await subscribe(price);
	const by = Object.fromEntries(hook.events.map((one) => [one.type, one]));
	is(by['invoice.paid'].api_version, '2020-03-02', 'events can be told in the shape of 2020');
	const invoice = by['invoice.paid'].data.object;
	is([invoice.subscription, invoice.parent, invoice.paid], [session.subscription.id, undefined, true], 'an invoice names its subscription');
	ok(/^pi_/.test(invoice.payment_intent) && /^ch_/.test(invoice.charge), 'and its payment', invoice);
	is([invoice.lines.data[0].price.metadata, invoice.lines.data[0].plan.id, invoice.lines.data[0].proration], [{ credits: '250' }, price.id, false], 'a line holds price and plan');
	const sub = by['customer.subscription.created'].data.object;
	ok(sub.current_period_end > sub.current_period_start && !('current_period_end' in sub.items.data[0]) && sub.plan.id === price.id, 'a subscription has its period itself');
	is(by['charge.succeeded'].data.object.invoice, invoice.id, 'a charge names its invoice');
	is(hook.types().filter((type) => type.startsWith('invoice_payment.')), [], 'there are no invoice payments');
	const old = await client({ apiVersion: '2020-08-27' }).subscriptions.retrieve(sub.id);
	ok(old.current_period_end === sub.current_period_end, 'a call that asks for an old version gets the old shape');
	await control('settings', { event_shape: 'current' });
}

start();
run(async () => {
	await control('settings', { parallel: 1 });    // one after the other, so that order can be seen
	const price = await make_price(stripe, { unit_amount: 999, recurring: { interval: 'month' }, metadata: { credits: '250' } });
	const sub = await first(price);
	for (const part of [reconcile, renewals, failure, end])
		await part(sub);
	await others(price);
	await of_2020(price);
	is(hook.bad, [], 'every event was verified by Stripe\'s own library');
}, stop);
