// SPDX-License-Identifier: MIT
// The sandbox's pages in a real browser: accessible in both colour schemes on phone and
// desktop, and usable without JavaScript.  JUDGE_SHOTS names a directory for pictures.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { ok, is, run } = require('./tap.js');
const { ORIGIN, Receiver, client, control, make_price, make_session, quiet, start, stop } = require('./harness.js');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };
const stripe = client();
let hook;
let browser;

async function open_browser() {
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

// judge(page, name): no fault found by axe, nothing wider than the window.
async function judge(page, name) {
	await page.evaluate(AXE);
	const found = await page.evaluate(() => globalThis.axe.run());
	const faults = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(', ')}`);
	is(faults, [], `axe finds nothing wrong with ${name}`);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	ok(wide <= 0, `${name} is not wider than its window`, wide);
	if (process.env.JUDGE_SHOTS)
		await page.screenshot({ path: path.join(process.env.JUDGE_SHOTS, `${name.replaceAll(' ', '-')}.png`), fullPage: true });
}

async function stock() {
	const monthly = await make_price(stripe, { unit_amount: 999, recurring: { interval: 'month' } });
	const single = await make_price(stripe, { unit_amount: 1999 });
	const urls = { success_url: `${ORIGIN}/sandbox/healthz?session_id={CHECKOUT_SESSION_ID}`, cancel_url: `${ORIGIN}/sandbox/` };
	const session = (price, more) => make_session(stripe, price, { ...urls, ...more });
	const paid = await control('pay', { session: (await session(monthly)).id });
	await control('settings', { settle_delay: -1 });
	await control('pay', { session: (await session(single)).id, how: 'transfer' });
	await control('pay', { session: (await session(single)).id, how: 'decline' });
	await control('fail', { mode: 'slow', times: 3, match: 'DELETE /v1/nothing' });
	const expired = await session(single);
	await stripe.checkout.sessions.expire(expired.id);
	const portal = await stripe.billingPortal.sessions.create({ customer: paid.customer, return_url: `${ORIGIN}/sandbox/` });
	await quiet();
	return {
		'the pay page': (await session(single)).url, 'the subscription pay page': (await session(monthly)).url,
		'the finished pay page': `${ORIGIN}/sandbox/stripe/pay/${paid.id}`,
		'the expired pay page': `${ORIGIN}/sandbox/stripe/pay/${expired.id}`,
		'the portal': portal.url, 'the account page': `${ORIGIN}/sandbox/`, 'a missing page': `${ORIGIN}/sandbox/none`,
	};
}

async function looks() {
	const pages = await stock();
	for (const colorScheme of ['light', 'dark']) {
		for (const [size, viewport] of Object.entries(SIZES)) {
			const context = await browser.newContext({ colorScheme, viewport, bypassCSP: true });
			const page = await context.newPage();
			for (const [name, url] of Object.entries(pages)) {
				await page.goto(url);
				await judge(page, `${name} ${colorScheme} ${size}`);
			}
			await page.goto(pages['the pay page']);
			await page.getByRole('button', { name: 'Card that is declined' }).click();
			await page.getByRole('alert').waitFor();
			await judge(page, `the declined pay page ${colorScheme} ${size}`);
			await context.close();
		}
	}
}

// Everything a buyer and a tester do must work without scripts.
async function without_script() {
	const context = await browser.newContext({ javaScriptEnabled: false, viewport: SIZES.phone });
	const page = await context.newPage();
	const price = await make_price(stripe);
	const urls = { success_url: `${ORIGIN}/sandbox/healthz?session_id={CHECKOUT_SESSION_ID}`, cancel_url: `${ORIGIN}/sandbox/?cancelled` };
	const session = await make_session(stripe, price, urls);
	await page.goto(session.url);
	await page.getByRole('link', { name: 'Cancel and go back' }).click();
	is(page.url(), urls.cancel_url, 'cancel leads back to the shop');
	await page.goto(session.url);
	await page.getByLabel('E-mail').fill('browser@example.test');
	await page.getByRole('button', { name: 'Pay $4.99' }).click();
	is(page.url(), `${ORIGIN}/sandbox/healthz?session_id=${session.id}`, 'paying leads to the shop');
	const paid = await stripe.checkout.sessions.retrieve(session.id);
	is([paid.payment_status, paid.customer_details.email], ['paid', 'browser@example.test'], 'and the session is paid by that person');
	await page.goto(`${ORIGIN}/sandbox/`);
	await page.getByLabel(/Cents to refund/).first().fill('99');
	await page.getByRole('button', { name: 'Refund', exact: true }).first().click();
	is(await page.getByRole('status').innerText(), 'Done: refund.', 'a refund can be made on the account page');
	await page.getByLabel('New events are').selectOption('hold');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('button', { name: 'Next period', exact: true }).first().click();
	await page.getByRole('button', { name: 'Transfer arrives' }).first().click();
	ok(Number(await page.locator('.counts dd').nth(2).innerText()) > 6, 'events are held after a renewal and a transfer');
	await page.getByRole('button', { name: 'Release held, shuffled' }).click();
	await quiet();
	await page.goto(`${ORIGIN}/sandbox/`);
	is(await page.locator('.counts dd').nth(2).innerText(), '0', 'and released');
	await context.close();
}

start();
hook = new Receiver();
run(async () => {
	await open_browser();
	await looks();
	await without_script();
	is(hook.bad, [], 'every event was verified by Stripe\'s own library');
}, async () => {
	await browser?.close();
	await stop();
});
