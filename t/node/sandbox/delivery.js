// SPDX-License-Identifier: MIT
// Delivery of events: retries, kills, copies, late, held, dropped, out of order.
'use strict';
const { ok, is, until, run } = require('./tap.js');
const { Receiver, client, control, make_price, make_session, quiet, request, start, stop } = require('./harness.js');

const stripe = client();
const hook = new Receiver();
const ids = (events = hook.events) => events.map((one) => one.id);
const unique = (list) => [...new Set(list)];
const counts = async () => JSON.parse((await request('GET', '/sandbox/control')).text).deliveries;

// Three events of three new products, oldest first.
async function three() {
	await quiet();
	hook.forget();
	for (const name of ['one', 'two', 'three'])
		await stripe.products.create({ name });
}
const names = () => hook.events.map((one) => one.data.object.name);

async function retries() {
	let refusals = 2;
	hook.status = () => (refusals-- > 0 ? 500 : 200);
	await control('settings', { retry_base: 0.7 });
	await stripe.products.create({ name: 'retried' });
	await hook.the('product.created');
	const tries = hook.events.filter((one) => one.data.object.name === 'retried');
	is(tries.map((one) => one.status), [500, 500, 200], 'an event is sent until it is answered with 2xx');
	is(unique(ids(tries)).length, 1, 'always with the same id');
	ok(tries[1].at - tries[0].at >= 650 && tries[2].at - tries[1].at >= 1300, 'with growing pauses', tries.map((one) => one.at));
	const age = (one) => one.at / 1000 - Number(one.signature.match(/^t=(\d+),v1=/)[1]);
	ok(tries.every((one) => age(one) >= 0 && age(one) < 2), 'each try is signed afresh', tries.map(age));
	hook.status = 302;
	await stripe.products.create({ name: 'redirected' });
	await until(() => names().includes('redirected'), 'the first try has come');
	hook.status = 200;
	await quiet();
	is(names().filter((name) => name === 'redirected').length, 2, 'a redirect is a failure');
	const listed = JSON.parse((await request('GET', `/sandbox/control/deliveries?event=${tries[0].id}`)).text).deliveries;
	is([listed.length, listed[0].attempts, listed[0].status, listed[0].code], [1, 3, 'delivered', 200], 'each delivery can be looked at');
}

async function kills() {
	hook.status = 503;
	const price = await make_price(stripe);
	const session = await make_session(stripe, price);
	await control('pay', { session: session.id });
	const before = (await counts()).pending;
	ok(before >= 6, 'events wait while the receiver is down', before);
	await stop('SIGKILL');
	hook.forget();
	hook.status = 200;
	start();
	await quiet();
	is(unique(ids()).length, before, 'after a kill -9 and a restart all of them arrive');
	const kept = await stripe.checkout.sessions.retrieve(session.id);
	is([kept.status, kept.payment_status], ['complete', 'paid'], 'and no object is lost');
	is((await stripe.prices.retrieve(price.id)).metadata, { credits: '100' }, 'of any kind');
}

// Objects made while the sandbox is killed again and again: what was answered is there.
async function kill_storm() {
	const made = [];
	for (let round = 0; round < 5; round += 1) {
		const calls = Array.from({ length: 12 }, (_, n) => stripe.products.create({ name: `r${round}n${n}` }, { idempotencyKey: `storm-${round}-${n}`, maxNetworkRetries: 6 }));
		await Promise.race(calls);
		await stop('SIGKILL');
		start();
		made.push(...(await Promise.all(calls)).map((one) => one.id));
	}
	is(unique(made).length, 60, 'sixty calls through five kills are all answered');
	const listed = [];
	for await (const one of stripe.products.list({ limit: 100 }))
		listed.push(one.id);
	ok(made.every((id) => listed.includes(id)), 'every object that was answered is there');
	const storm = (await stripe.products.list({ limit: 100 })).data.filter((one) => /^r\dn\d+$/.test(one.name));
	is(storm.length, 60, 'and none is there twice');
}

async function copies() {
	await three();
	await control('settings', { copies: 4 });
	await stripe.products.create({ name: 'four' });
	await quiet();
	is(names().filter((name) => name === 'four').length, 4, 'each event can be sent several times');
	is(unique(ids(hook.events.filter((one) => one.data.object.name === 'four'))).length, 1, 'with one id');
	await control('settings', { copies: 1 });
	const [event] = hook.events;
	hook.forget();
	await control('resend', { event: event.id, times: 20 });
	await quiet();
	is([hook.events.length, unique(ids())], [20, [event.id]], 'an event can be sent again twenty times');
	hook.forget();
	const twin = await control('duplicate', { event: event.id });
	await quiet();
	is([hook.events.length, hook.events[0].id === twin.id, twin.id === event.id, hook.events[0].data], [1, true, false, event.data], 'a twin has an id of its own and the same object');
}

async function held() {
	await control('settings', { mode: 'hold' });
	await three();
	is([names(), (await counts()).held], [[], 3], 'events can be held');
	await control('settings', { mode: 'send', parallel: 1 });
	await control('release', { order: 'reverse' });
	await quiet();
	is(names(), ['three', 'two', 'one'], 'and released in reverse');
	await control('settings', { mode: 'drop', parallel: 8 });
	await three();
	is([(await counts()).dropped, names()], [3, []], 'events can be dropped');
	await control('settings', { mode: 'send' });
	await control('release', { dropped: true });
	await quiet();
	is(names().sort(), ['one', 'three', 'two'], 'and are not lost for ever');
	hook.status = 500;
	await three().catch(() => null);
	await until(() => hook.events.length > 0, 'the first try has come');
	ok((await control('drop')).dropped >= 1, 'what is undelivered can be given up');
	hook.status = 200;
	is((await quiet()).pending, 0, 'and is sent no more');
}

async function many() {
	await quiet();
	hook.forget();
	await control('settings', { mode: 'hold', copies: 20 });
	for (let n = 0; n < 15; n += 1)
		await stripe.products.create({ name: `m${n}` });
	await control('settings', { mode: 'send', copies: 1 });
	is((await control('release', { order: 'random' })).released, 300, 'fifteen events with twenty copies each are released, shuffled');
	await quiet();
	is([hook.events.length, unique(ids()).length], [300, 15], 'and every copy arrives');
	const order = names();
	ok(JSON.stringify(order) !== JSON.stringify([...order].sort()) && order[0] + order[1] + order[2] + order[3] !== order[0].repeat(4), 'out of order');
}

async function late() {
	await control('settings', { delay: 0.6 });
	await three();
	const [first] = await hook.the('product.created', 3);
	ok(first.at / 1000 - first.created >= 0.6, 'events can be late');
	await control('settings', { delay: 0, shuffle: 0.4 });
	await quiet();
	hook.forget();
	const made = [];
	for (let n = 0; n < 30; n += 1)
		made.push((await stripe.products.create({ name: `n${n}` })).id);
	await hook.the('product.created', 30);
	const seen = hook.events.map((one) => one.data.object.id);
	ok(seen.length === 30 && JSON.stringify(seen) !== JSON.stringify(made), 'and out of order');
	await control('settings', { shuffle: 0 });
	const missed = await stripe.events.list({ delivery_success: false, limit: 100 });
	const dropped = JSON.parse((await request('GET', '/sandbox/control/deliveries')).text).deliveries.filter((one) => one.status === 'dropped');
	is(unique(ids(missed.data)).sort(), unique(dropped.map((one) => one.event)).sort(), 'delivery_success=false finds what never arrived');
	const made_up = await control('event', { type: 'invoice.upcoming', object: { object: 'invoice', note: 'made up' } });
	is((await hook.the('invoice.upcoming'))[0].data.object.note, 'made up', `any event can be sent, such as ${made_up.type}`);
}

start();
run(async () => {
	for (const part of [retries, kills, kill_storm, copies, held, many, late])
		await part();
	is(hook.bad, [], 'every event was verified by Stripe\'s own library');
}, stop);
