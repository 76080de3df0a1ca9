// SPDX-License-Identifier: MIT
// Idempotency keys and failures, as docs.stripe.com/api/idempotent_requests tells them.
'use strict';
const { ok, is, refuses, until, run } = require('./tap.js');
const { client, control, make_price, make_session, quiet, request, start, stop } = require('./harness.js');

const stripe = client();
const count = async () => (await stripe.customers.list({ limit: 100 })).data.length;
const make = (idempotencyKey, email = 'a@example.test', on = stripe) => on.customers.create({ email }, { idempotencyKey });

async function replay() {
	const first = await make('k1');
	const again = await make('k1');
	is(again.id, first.id, 'the same key and parameters get the first answer');
	is(again.lastResponse.headers['idempotent-replayed'], 'true', 'which is marked as replayed');
	is(again.lastResponse.headers['original-request'], first.lastResponse.requestId, 'and names the first request');
	ok(again.lastResponse.requestId !== first.lastResponse.requestId, 'though it is a request of its own');
	is(await count(), 1, 'nothing is made twice');
	await refuses(make('k1', 'b@example.test'), 'StripeIdempotencyError', { statusCode: 400, rawType: 'idempotency_error' }, 'other parameters are refused');
	await refuses(stripe.products.create({ name: 'x' }, { idempotencyKey: 'k1' }), 'StripeIdempotencyError', { statusCode: 400 }, 'so is another address');
	await refuses(make('x'.repeat(256)), 'StripeIdempotencyError', { statusCode: 400 }, 'a key has at most 255 characters');
	await stop('SIGKILL');
	start();
	is((await make('k1')).id, first.id, 'the answer is replayed after a kill -9');
	is(await count(), 1, 'and still nothing is made twice');
}

async function not_saved() {
	await refuses(make('k2', 'nonsense'), 'StripeInvalidRequestError', { code: 'email_invalid' }, 'a validation failure');
	ok((await make('k2', 'good@example.test')).id, 'is not kept: the key can be used again');
	const price = await make_price(stripe);
	const session = await make_session(stripe, price);
	await control('pay', { session: session.id });
	const [charge] = (await stripe.charges.list()).data;
	await stripe.refunds.create({ charge: charge.id });
	const refund = () => stripe.refunds.create({ charge: charge.id }, { idempotencyKey: 'k3' });
	await refuses(refund(), 'StripeInvalidRequestError', { code: 'charge_already_refunded' }, 'a failure of the work itself');
	const error = await refund().catch((one) => one);
	is(error.headers['idempotent-replayed'], 'true', 'is kept and replayed');
}

async function server_failures() {
	const before = await count();
	await control('fail', { mode: '500', match: 'POST /v1/customers' });
	await refuses(make('k4'), 'StripeAPIError', { statusCode: 500 }, 'a call can fail with 500');
	await refuses(make('k4'), 'StripeAPIError', { statusCode: 500 }, 'and the 500 is replayed for its key');
	ok((await make('k5')).id, 'while another key is served');
	await control('fail', { mode: '429', times: 2 });
	await refuses(make('k6'), 'StripeRateLimitError', { statusCode: 429, code: 'rate_limit' }, 'a call can be refused with 429');
	ok((await make('k6', undefined, client({ maxNetworkRetries: 2 }))).id, 'which is not kept: the client tries again and is served');
	is(await count(), before + 2, 'each success made one customer');
}

async function lost_answers() {
	const before = await count();
	await control('fail', { mode: 'lost', match: 'POST /v1/customers', times: 2 });    // the client tries once more by itself
	await refuses(make('k7'), 'StripeConnectionError', {}, 'an answer can be lost after the work is done');
	is(await count(), before + 1, 'and the work is done');
	const again = await make('k7');
	is([again.lastResponse.headers['idempotent-replayed'], await count()], ['true', before + 1], 'the retry gets the answer and makes nothing new');
	await control('fail', { mode: 'lost', match: 'POST /v1/customers' });
	ok((await stripe.customers.create({ email: 'c@example.test' }, { maxNetworkRetries: 1 })).id, 'the client\'s own retry carries the same key');
	is(await count(), before + 2, 'so that too is made once');
}

async function at_once() {
	await control('fail', { mode: 'slow', seconds: 1.5, match: 'POST /v1/customers' });
	const slow = make('k8');
	await until(async () => JSON.parse((await request('GET', '/sandbox/control')).text).faults.length === 0, 'the slow call is being served');
	await refuses(make('k8'), 'StripeAPIError', { statusCode: 409, code: 'idempotency_key_in_use', rawType: 'idempotency_error' }, 'a key in use is a conflict');
	const first = await slow;
	is((await make('k8')).id, first.id, 'and gets the first answer afterwards');
	await control('fail', { mode: 'hang', seconds: 30, match: 'GET /v1/customers' });
	await refuses(client({ timeout: 300 }).customers.list(), 'StripeConnectionError', {}, 'a call can hang until the caller gives up');
	await control('fail', { mode: '500', times: 9 });
	await control('clear_faults');
	ok(await count() > 0, 'failures can be disarmed');
}

start();
run(async () => {
	await control('settings', { mode: 'drop' });
	for (const part of [replay, not_saved, server_failures, lost_answers, at_once])
		await part();
	is((await quiet()).pending, 0, 'dropped events are not sent');
}, stop);
