// SPDX-License-Identifier: MIT
// Stripe's own client finds its API at the sandbox: objects, lists, expansion, errors.
'use strict';
const { ok, is, refuses, run } = require('./tap.js');
const { KEY, client, control, form, make_price, make_session, request, start, stop } = require('./harness.js');

const stripe = client();

async function customers() {
	const made = await stripe.customers.create({ email: 'ada@example.test', name: 'Ada Żółw ✓', metadata: { user_id: '42', empty: 'x' } });
	ok(/^cus_[0-9A-Za-z]{14}$/.test(made.id), 'a customer has an id of Stripe\'s kind', made.id);
	is(made.metadata, { user_id: '42', empty: 'x' }, 'metadata are kept as text');
	is((await stripe.customers.retrieve(made.id)).name, 'Ada Żółw ✓', 'text survives form encoding');
	const changed = await stripe.customers.update(made.id, { metadata: { empty: '', more: '1' } });
	is(changed.metadata, { user_id: '42', more: '1' }, 'metadata are merged; an empty value removes the key');
	const listed = await stripe.customers.list({ email: 'ada@example.test' });
	is(listed.data.map((one) => one.id), [made.id], 'customers are found by e-mail');
	is((await stripe.customers.list({ email: 'nobody@example.test' })).data, [], 'and only by their own');
	ok((await stripe.customers.del(made.id)).deleted, 'a customer can be deleted');
	await refuses(stripe.customers.retrieve(made.id), 'StripeInvalidRequestError', { statusCode: 404, code: 'resource_missing' }, 'and is gone');
}

async function catalogue() {
	const product = await stripe.products.create({ name: 'Monthly', description: 'Every month', metadata: { tier: 'm' },
		default_price_data: { currency: 'usd', unit_amount: 999, recurring: { interval: 'month' } } });
	ok(/^price_/.test(product.default_price), 'a product can bring its price', product);
	const price = await stripe.prices.retrieve(product.default_price, { expand: ['product'] });
	is([price.product.name, price.recurring.interval, price.unit_amount, price.type], ['Monthly', 'month', 999, 'recurring'], 'a price expands to its product');
	const keyed = await stripe.prices.create({ product: product.id, currency: 'USD', unit_amount: 100, lookup_key: 'top', metadata: { credits: '5' } });
	is((await stripe.prices.list({ lookup_keys: ['top', 'other'] })).data.map((one) => one.id), [keyed.id], 'a price is found by its lookup key');
	await refuses(stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 1, lookup_key: 'top' }),
		'StripeInvalidRequestError', { param: 'lookup_key' }, 'a lookup key belongs to one price');
	const heir = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 1, lookup_key: 'top', transfer_lookup_key: true });
	is([heir.lookup_key, (await stripe.prices.retrieve(keyed.id)).lookup_key], ['top', null], 'unless it is transferred');
	await stripe.prices.update(keyed.id, { active: false });
	const active = await stripe.prices.list({ product: product.id, active: true });
	ok(!active.data.some((one) => one.id === keyed.id) && active.data.length === 2, 'prices are filtered by product and activity', active);
	await stripe.products.update(product.id, { active: false, name: 'Was monthly' });
	is((await stripe.products.list({ active: false })).data[0].name, 'Was monthly', 'products are updated and filtered');
}

async function sessions() {
	const price = await make_price(stripe);
	const session = await make_session(stripe, price, { metadata: { order_id: 'o1' }, customer_email: 'bob@example.test',
		client_reference_id: 'u1', payment_intent_data: { metadata: { order_id: 'o1' } }, expand: ['line_items.data.price.product'] });
	ok(/^cs_test_/.test(session.id) && session.url.includes(session.id), 'a session has an id and an address', session.url);
	is([session.status, session.payment_status, session.amount_total, session.customer_email, session.client_reference_id],
		['open', 'unpaid', 499, 'bob@example.test', 'u1'], 'it is open, unpaid, and knows what it was told');
	is(session.line_items.data[0].price.product.name, 'Top-up 100', 'line items expand four levels deep');
	ok(!('line_items' in await stripe.checkout.sessions.retrieve(session.id)), 'and are left out unless asked for');
	is((await stripe.checkout.sessions.listLineItems(session.id)).data[0].price.metadata, { credits: '100' }, 'line items are listed with their price');
	is((await stripe.checkout.sessions.expire(session.id)).status, 'expired', 'an open session can be expired');
	await refuses(stripe.checkout.sessions.expire(session.id), 'StripeInvalidRequestError', { statusCode: 400 }, 'once');
	is((await stripe.checkout.sessions.list({ status: 'expired' })).data.map((one) => one.id), [session.id], 'sessions are listed by status');
	const inline = await make_session(stripe, price, { line_items: [{ quantity: 2,
		price_data: { currency: 'eur', unit_amount: 700, product_data: { name: 'Made up' } } }] });
	is([inline.amount_total, inline.currency], [1400, 'eur'], 'a session can bring its own price');
}

async function session_faults() {
	const price = await make_price(stripe);
	const monthly = await make_price(stripe, { recurring: { interval: 'month' } });
	const line = [{ price: price.id, quantity: 1 }];
	const bad = (fields, want, name) => refuses(make_session(stripe, price, fields), 'StripeInvalidRequestError', { statusCode: 400, ...want }, name);
	await bad({ line_items: [{ price: 'price_none', quantity: 1 }] }, { code: 'resource_missing', param: 'line_items[0][price]' }, 'an unknown price is named');
	await bad({ success_url: undefined }, { code: 'parameter_missing', param: 'success_url' }, 'a missing parameter is named');
	await bad({ success_url: 'javascript:alert(1)' }, { code: 'url_invalid', param: 'success_url' }, 'an address must be http');
	await bad({ mode: 'barter' }, { param: 'mode' }, 'a mode must be known');
	await bad({ line_items: [{ price: monthly.id, quantity: 1 }], mode: 'payment' }, { param: 'line_items' }, 'a recurring price needs a subscription');
	await bad({ line_items: line, mode: 'subscription' }, { param: 'line_items' }, 'a subscription needs a recurring price');
	await bad({ customer: 'cus_none' }, { code: 'resource_missing', param: 'customer' }, 'an unknown customer is named');
	await bad({ customer_email: 'nonsense' }, { code: 'email_invalid', param: 'customer_email' }, 'an e-mail must be one');
	await bad({ line_items: [{ price: price.id, quantity: -1 }] }, { code: 'parameter_invalid_integer', param: 'line_items[0][quantity]' }, 'a quantity must be positive');
	await bad({ line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 10, product_data: { name: 'x' } } }] }, { code: 'amount_too_small' }, 'a total must be worth taking');
	await bad({ colour: 'red' }, { code: 'parameter_unknown', param: 'colour' }, 'an unknown parameter is named');
	await bad({ metadata: { ['k'.repeat(41)]: 'v' } }, { param: 'metadata' }, 'metadata keys are limited');
	await stripe.prices.update(price.id, { active: false });
	await bad({}, { param: 'line_items[0][price]' }, 'an inactive price is not sold');
}

async function money() {
	const price = await make_price(stripe);
	const session = await make_session(stripe, price, { payment_intent_data: { metadata: { order_id: 'o7' } } });
	await control('pay', { session: session.id, email: 'carl@example.test' });
	const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
	is([paid.status, paid.payment_status, paid.url], ['complete', 'paid', null], 'a paid session is complete');
	const intent = paid.payment_intent;
	is([intent.status, intent.amount_received, intent.metadata.order_id], ['succeeded', 499, 'o7'], 'its payment intent has the money and the metadata');
	is((await stripe.charges.list({ payment_intent: intent.id })).data.map((one) => one.id), [intent.latest_charge.id], 'its charge is listed');
	is((await stripe.checkout.sessions.list({ payment_intent: intent.id })).data[0].id, session.id, 'its session is found by payment intent');
	const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 100, reason: 'requested_by_customer', metadata: { why: 'asked' } });
	is([part.status, part.amount, part.charge], ['succeeded', 100, intent.latest_charge.id], 'a part can be refunded');
	const rest = await stripe.refunds.create({ charge: intent.latest_charge.id });
	is(rest.amount, 399, 'without an amount the rest is refunded');
	const charge = await stripe.charges.retrieve(intent.latest_charge.id, { expand: ['refunds'] });
	is([charge.amount_refunded, charge.refunded, charge.refunds.data.length], [499, true, 2], 'the charge counts its refunds');
	await refuses(stripe.refunds.create({ charge: charge.id }), 'StripeInvalidRequestError', { code: 'charge_already_refunded' }, 'no more than was paid is refunded');
	await refuses(stripe.refunds.create({ charge: 'ch_none' }), 'StripeInvalidRequestError', { code: 'resource_missing', param: 'charge' }, 'an unknown charge is named');
	is((await stripe.refunds.list({ charge: charge.id })).data.length, 2, 'refunds are listed by charge');
	is((await stripe.refunds.retrieve(part.id)).metadata.why, 'asked', 'a refund can be read');
}

async function events() {
	const all = [];
	for await (const event of stripe.events.list({ limit: 3 }))
		all.push(event);
	ok(all.length > 20 && new Set(all.map((one) => one.id)).size === all.length, 'auto-paging walks through all events once', all.length);
	const oldest = all.at(-1);
	const forward = [];
	for await (const event of stripe.events.list({ limit: 4, ending_before: oldest.id }))
		forward.push(event.id);
	is(forward, all.slice(0, -1).map((one) => one.id).reverse(), 'ending_before pages towards now, in order of time');
	const refunds = await stripe.events.list({ types: ['charge.refunded', 'refund.created'] });
	is(new Set(refunds.data.map((one) => one.type)), new Set(['charge.refunded', 'refund.created']), 'events are filtered by types');
	const prices = await stripe.events.list({ type: 'price.*', limit: 100 });
	ok(prices.data.length > 2 && prices.data.every((one) => one.type.startsWith('price.')), 'and by a family of types');
	const refunded = refunds.data.find((one) => one.type === 'charge.refunded');
	is(refunded.data.previous_attributes, { amount_refunded: 100, refunded: false }, 'a change tells what was there before');
	is(refunded.id, (await stripe.events.retrieve(refunded.id)).id, 'an event can be read');
	is((await stripe.events.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).data, [], 'events are filtered by time');
	const created = await stripe.events.list({ type: 'product.created', limit: 1 });
	ok(/^req_/.test(created.data[0].request.id) && /^stripe-node-retry-/.test(created.data[0].request.idempotency_key), 'an event names the call that caused it', created.data[0].request);
}

async function paging() {
	const first = await stripe.prices.list({ limit: 2 });
	is([first.object, first.data.length, first.has_more, first.url], ['list', 2, true, '/v1/prices'], 'a list has Stripe\'s envelope');
	const second = await stripe.prices.list({ limit: 2, starting_after: first.data[1].id });
	const back = await stripe.prices.list({ limit: 2, ending_before: second.data[0].id });
	is(back.data.map((one) => one.id), first.data.map((one) => one.id), 'the page before the second is the first');
	ok(first.data[0].created >= first.data[1].created, 'the newest comes first');
	await refuses(stripe.prices.list({ limit: 101 }), 'StripeInvalidRequestError', { param: 'limit' }, 'a page has at most 100 rows');
	await refuses(stripe.prices.list({ starting_after: 'price_none' }), 'StripeInvalidRequestError', { param: 'starting_after', code: 'resource_missing' }, 'an unknown cursor is named');
}

async function doors() {
	await refuses(client({ key: 'sk_test_wrong' }).customers.list(), 'StripeAuthenticationError', { statusCode: 401 }, 'a wrong key is refused');
	is((await request('GET', '/v1/customers')).status, 401, 'so is none');
	await refuses(stripe.rawRequest('GET', '/v1/nothing'), 'StripeInvalidRequestError', { statusCode: 404 }, 'an unknown address is 404');
	await refuses(stripe.rawRequest('DELETE', '/v1/events/evt_1'), 'StripeInvalidRequestError', { statusCode: 404 }, 'so is an unknown method');
	const price = await make_price(stripe);
	is(price.lastResponse.apiVersion, stripe.getApiField('version'), 'the API version is echoed');
	ok(/^req_[0-9A-Za-z]{14}$/.test(price.lastResponse.requestId), 'each answer has a request id', price.lastResponse.requestId);
	const auth = { Authorization: `Bearer ${KEY}` };
	const long = await request('GET', '/sandbox/stripe/v1/prices?limit=1', undefined, auth);
	is(JSON.parse(long.text).data[0].id, price.id, 'the API is under /sandbox/stripe, too');
	is((await request('POST', '/v1/customers', '{"email":"a@b.cd"}', { ...auth, 'Content-Type': 'application/json' })).status, 400, 'a JSON body is refused');
	is((await request('GET', '/v1/customers', undefined, { ...auth, 'Stripe-Version': 'yesterday' })).status, 400, 'an impossible API version is refused');
	for (const name of ['a[', 'a[b]c', '[x]', 'metadata[a][b][c][d][e][f][g][h][i]'])
		is((await request('POST', '/v1/customers', `${encodeURIComponent(name)}=1`, { ...auth, 'Content-Type': 'application/x-www-form-urlencoded' })).status, 400, `a parameter named ${name} is refused`);
	const portal = await stripe.billingPortal.sessions.create({ customer: (await stripe.customers.create()).id, return_url: 'https://shop.example/' });
	is((await request('GET', new URL(portal.url).pathname)).status, 200, 'a portal session has a page');
	await refuses(stripe.billingPortal.sessions.create({ customer: 'cus_none' }), 'StripeInvalidRequestError', { param: 'customer' }, 'for a customer that exists');
	is((await form('/sandbox/stripe/pay/cs_none', { how: 'card' })).status, 404, 'an unknown payment page is 404');
}

start();
run(async () => {
	await control('settings', { mode: 'drop' });
	for (const part of [customers, catalogue, sessions, session_faults, money, events, paging, doors])
		await part();
}, stop);
