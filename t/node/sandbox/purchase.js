// SPDX-License-Identifier: MIT
// One-time purchases on the hosted page, and the events that a real account would send.
'use strict';
const { ok, is, run } = require('./tap.js');
const { ORIGIN, Receiver, client, control, form, make_price, make_session, quiet, request, start, stop } = require('./harness.js');

const stripe = client();
const hook = new Receiver();
const page_of = (session) => new URL(session.url).pathname;
const read = (session) => stripe.checkout.sessions.retrieve(session.id);

// A new session, with no event of before in the way.
async function fresh(fields) {
	const session = await make_session(stripe, await make_price(stripe), fields);
	await quiet();
	hook.forget();
	return session;
}

async function by_card() {
	const session = await fresh({ metadata: { user_id: 'u-1' } });
	const shown = await request('GET', page_of(session));
	ok(shown.status === 200 && shown.text.includes('Top-up 100') && shown.text.includes('$4.99'), 'the page shows product and amount');
	ok(shown.headers['content-security-policy'].includes("default-src 'none'") && !/<script/i.test(shown.text), 'and holds no script');
	is(shown.headers['cache-control'], 'no-store', 'it is not to be stored');
	is((await read(session)).status, 'open', 'looking at it changes nothing');
	const paid = await form(page_of(session), { how: 'card', email: 'ada@example.test' });
	is([paid.status, paid.headers.location], [303, `https://shop.example/success?session_id=${session.id}`], 'paying leads to the shop, with the session\'s id');
	await quiet();
	is(hook.types(), ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed'], 'four events tell of it');
	is(hook.bad, [], 'all of them verified by Stripe\'s own library');
	const [told] = await hook.the('checkout.session.completed');
	const seen = told.data.object;
	is([seen.id, seen.payment_status, seen.status, seen.customer, seen.customer_details.email, seen.metadata],
		[session.id, 'paid', 'complete', null, 'ada@example.test', { user_id: 'u-1' }], 'the session says who paid for what');
	ok(!('line_items' in seen) && !Object.keys(seen).some((key) => key.startsWith('_')), 'without line items, and without fields that Stripe has not');
	const kept = await stripe.events.retrieve(told.id);
	is([kept.pending_webhooks, kept.data.object.id, told.api_version], [0, session.id, '2026-10-28.endive'], 'the event can be read again');
	const again = await form(page_of(session), { how: 'card', email: 'ada@example.test' });
	is([again.status, again.headers.location], [303, paid.headers.location], 'a second click leads to the same place');
	is((await stripe.charges.list()).data.length, 1, 'and charges nothing');
	ok((await request('GET', page_of(session))).text.includes('already placed'), 'the page says that the order is placed');
}

async function by_transfer() {
	await control('settings', { settle_delay: 0.3 });
	const session = await fresh();
	is((await form(page_of(session), { how: 'transfer', email: 'ada@example.test' })).status, 303, 'a bank transfer leads to the shop, too');
	const [late] = await hook.the('checkout.session.async_payment_succeeded');
	const [done] = await hook.the('checkout.session.completed');
	is([done.data.object.payment_status, late.data.object.payment_status], ['unpaid', 'paid'], 'first unpaid, then paid');
	ok(done.data.object.status === 'complete' && late.at - done.at >= 0, 'in that order');
	await quiet();
	is(hook.types(), ['payment_intent.created', 'charge.pending', 'payment_intent.processing', 'checkout.session.completed',
		'charge.succeeded', 'payment_intent.succeeded', 'checkout.session.async_payment_succeeded'], 'with the events of charge and intent');
}

async function by_hand() {
	await control('settings', { settle_delay: -1 });
	const session = await fresh();
	await form(page_of(session), { how: 'failing', email: 'ada@example.test' });
	await hook.the('checkout.session.completed');
	await control('settle', { session: session.id });
	const [failed] = await hook.the('checkout.session.async_payment_failed');
	is([failed.data.object.payment_status, failed.data.object.status], ['unpaid', 'complete'], 'a transfer that fails leaves the session unpaid');
	await control('settle', { session: session.id, outcome: 'succeeded' });
	await quiet();
	is(hook.types().filter((type) => type.startsWith('checkout.session.async')).length, 1, 'a transfer is settled once');
}

async function not_paid() {
	const session = await fresh();
	const declined = await form(page_of(session), { how: 'decline', email: 'ada@example.test' });
	ok(declined.status === 402 && declined.text.includes('role="alert"') && declined.text.includes('declined'), 'a declined card stays on the page with a message');
	const wrong = await form(page_of(session), { how: 'card', email: '"><b>x' });
	ok(wrong.status === 422 && !wrong.text.includes('<b>x') && wrong.text.includes('&quot;&gt;&lt;b&gt;x'), 'a wrong e-mail is refused, and shown escaped');
	is((await form(page_of(session), { how: 'barter', email: 'a@b.cd' })).status, 422, 'an unknown way to pay is refused');
	await quiet();
	is(hook.types(), ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'], 'the failed try is told');
	is((await read(session)).status, 'open', 'the session stays open');
	await form(page_of(session), { how: 'card', email: 'ada@example.test' });
	await hook.the('checkout.session.completed');
	const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
	is([done.payment_intent.status, done.payment_intent.last_payment_error], ['succeeded', null], 'and can be paid afterwards');
	is((await stripe.charges.list({ payment_intent: done.payment_intent.id })).data.map((one) => one.status), ['succeeded', 'failed'], 'with both tries on one payment intent');
}

async function expiry() {
	const session = await fresh();
	await stripe.checkout.sessions.expire(session.id);
	const [expired] = await hook.the('checkout.session.expired');
	is([expired.data.object.status, expired.data.object.url], ['expired', null], 'expiry is told');
	const late = await form(page_of(session), { how: 'card', email: 'a@b.cd' });
	ok(late.status === 200 && late.text.includes('expired'), 'an expired page takes no money');
}

async function after_the_sale() {
	const session = await fresh({ customer_creation: 'always' });
	await control('pay', { session: session.id, email: 'dora@example.test' });
	const { customer, payment_intent } = await read(session);
	is((await stripe.customers.retrieve(customer)).email, 'dora@example.test', 'a customer is made when asked for');
	await hook.the('checkout.session.completed');
	const [charge] = (await stripe.charges.list({ payment_intent })).data;
	await control('refund', { charge: charge.id, amount: 99 });
	const rest = await control('refund', { charge: charge.id });
	const refunds = await hook.the('charge.refunded', 2);
	is(refunds.map((one) => [one.data.object.amount_refunded, one.data.object.refunded]), [[99, false], [499, true]], 'refunds are told with the sum so far');
	await control('fail_refund', { refund: rest.id });
	is((await hook.the('refund.failed'))[0].data.object.amount, 400, 'a refund can fail later');
	const dispute = await control('dispute', { charge: charge.id });
	await control('close_dispute', { dispute: dispute.id, outcome: 'won' });
	is((await hook.the('charge.dispute.closed'))[0].data.object.status, 'won', 'a dispute is opened and closed');
	await Promise.all(['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated'].map((type) => hook.the(type)));
	ok(true, 'with the movements of its money');
}

// Checkout gives the webhook a moment before it sends the buyer back.
async function waits_for_the_webhook() {
	const session = await fresh();
	hook.delay = 400;
	const start_time = Date.now();
	await form(page_of(session), { how: 'card', email: 'a@b.cd' });
	ok(hook.types().includes('checkout.session.completed') && Date.now() - start_time >= 400, 'the buyer is sent back after the webhook has answered');
	await quiet();
	hook.delay = 0;
	hook.status = 503;
	const second = await make_session(stripe, await make_price(stripe));
	is((await form(page_of(second), { how: 'card', email: 'a@b.cd' })).status, 303, 'a webhook that fails does not hold the buyer');
	hook.status = 200;
	await quiet();
}

async function doors() {
	const session = await fresh();
	const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
	is((await request('POST', page_of(session), 'how=card&email=a@b.cd', headers)).status, 403, 'another site cannot press the button');
	is((await request('POST', '/sandbox/control', 'action=reset', headers)).status, 403, 'nor a control');
	is((await read(session)).status, 'open', 'so nothing is paid');
	const home = await form('/sandbox/control', { action: 'refund', charge: 'ch_none' });
	ok(home.status === 303 && home.headers.location.startsWith('/sandbox/?wrong='), 'a control that fails comes back with the reason', home.headers.location);
	ok((await request('GET', home.headers.location)).text.includes('No such charge'), 'which the page shows');
	is((await request('GET', '/sandbox/nothing')).status, 404, `an unknown page of ${new URL(ORIGIN).hostname} is 404`);
}

start();
run(async () => {
	await control('settings', { parallel: 1 });    // one after the other, so that order can be seen
	for (const part of [by_card, by_transfer, by_hand, not_paid, expiry, after_the_sale, waits_for_the_webhook, doors])
		await part();
}, stop);
