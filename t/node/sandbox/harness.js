// SPDX-License-Identifier: MIT
// Starts the sandbox as a supervisor would, receives its events, and gives the judges
// Stripe's own client pointed at it.
'use strict';
const { spawn } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const Stripe = require('stripe');
const { until } = require('./tap.js');

const KEY = 'sk_test_judge';
const SECRET = 'whsec_judge';
const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const DIR = process.env.JUDGE_DIR;
const PORT = Number(process.env.JUDGE_PORT);
const ORIGIN = `http://127.0.0.1:${PORT}`;
const HOOK = path.join(DIR, 'hook.sock');

let child;

// start(): runs the sandbox; the listening socket stays ours, so a restart loses no caller.
function start() {
	const env = {
		PATH: process.env.PATH, SANDBOX_LISTEN_FD: '0', SANDBOX_STATE: path.join(DIR, 'state'), PUBLIC_URL: ORIGIN,
		STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SIGNING_SECRET: `${SECRET},whsec_older`,
		TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_BOT_USERNAME: 'judge_bot', TELEGRAM_CLIENT_SECRET: 'judge-secret',
		SANDBOX_WEBHOOK_URL: `http+unix://${encodeURIComponent(HOOK)}/functions/v1/stripe-webhook`,
	};
	child = spawn('perl', [process.env.SANDBOX_PL],
		{ env, stdio: [Number(process.env.JUDGE_FD), 'ignore', process.env.JUDGE_LOG ? 'inherit' : 'ignore'] });
	child.gone = new Promise((resolve) => child.on('exit', resolve));
}

// stop(signal): ends the sandbox and waits until it is gone.
async function stop(signal = 'SIGTERM') {
	if (!child)
		return;
	child.kill(signal);
	await child.gone;
}

// client(options): Stripe's client; retries are off unless asked for.
function client(options = {}) {
	const { key = KEY, ...rest } = options;
	return new Stripe(key, { host: '127.0.0.1', port: PORT, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...rest });
}

// request(method, path, body, headers): a plain HTTP request, on a connection of its own
// (the sandbox dies and comes back); the answer with its body as text.
function request(method, where, body, headers = {}) {
	return new Promise((resolve, reject) => {
		const call = http.request(ORIGIN + where, { method, headers, agent: false }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
		});
		call.on('error', reject);
		call.end(body);
	});
}

// control(action, parameters): an action of the sandbox; its result.
async function control(action, parameters = {}) {
	const answer = await request('POST', '/sandbox/control', JSON.stringify({ action, ...parameters }), { 'Content-Type': 'application/json' });
	const body = JSON.parse(answer.text);
	if (answer.status !== 200)
		throw new Error(`${action}: ${body.error.message}`);
	return body.result;
}

// form(path, fields): what a browser sends when a button of a page is pressed.
function form(where, fields) {
	return request('POST', where, new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
}

// A receiver of events that verifies each with Stripe's own library.
class Receiver {
	constructor() {
		this.events = [];
		this.bad = [];
		this.status = 200;
		this.delay = 0;    // milliseconds before an answer
		this.server = http.createServer((call, answer) => this.take(call, answer)).listen(HOOK);
	}

	take(call, answer) {
		const parts = [];
		call.on('data', (part) => parts.push(part));
		call.on('end', () => {
			const status = typeof this.status === 'function' ? this.status() : this.status;
			try {
				const event = Stripe.webhooks.constructEvent(Buffer.concat(parts), call.headers['stripe-signature'], SECRET);
				this.events.push({ ...event, at: Date.now(), status, signature: call.headers['stripe-signature'] });
			} catch (error) {
				this.bad.push(error.message);
			}
			setTimeout(() => answer.writeHead(status).end('seen'), this.delay);
		});
	}

	// types(): names of the accepted events, in order of arrival.
	types() { return this.events.filter((event) => event.status === 200).map((event) => event.type); }

	// the(type, count): the events of a type, once that many have arrived and been accepted.
	the(type, count = 1) {
		const seen = () => this.events.filter((event) => event.type === type && event.status === 200);
		return until(() => (seen().length >= count ? seen() : null), `${count} ${type}`);
	}

	forget() { this.events = []; }
}

// quiet(): waits until nothing is pending; the counts of deliveries by state.
function quiet() {
	return until(async () => {
		const { deliveries } = JSON.parse((await request('GET', '/sandbox/control')).text);
		return deliveries.pending === 0 ? deliveries : null;
	}, 'all events are delivered');
}

// make_price(stripe, fields): a product and an active price; $4.99 once unless told otherwise.
async function make_price(stripe, fields = {}) {
	const product = await stripe.products.create({ name: 'Top-up 100' });
	return stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 499, metadata: { credits: '100' }, ...fields });
}

// make_session(stripe, price, fields): an open Checkout Session for one of that price.
function make_session(stripe, price, fields = {}) {
	return stripe.checkout.sessions.create({
		mode: price.recurring ? 'subscription' : 'payment', line_items: [{ price: price.id, quantity: 1 }],
		success_url: 'https://shop.example/success?session_id={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example/pricing',
		...fields,
	});
}

module.exports = { KEY, ORIGIN, TOKEN, Receiver, client, control, form, make_price, make_session, quiet, request, start, stop };
