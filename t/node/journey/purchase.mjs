// SPDX-License-Identifier: MIT
// purchase.mjs URL FOLDER
//
// A stranger buys in Chromium, from the prices to the invite: with JavaScript on
// a desktop and on a phone, and without it.  Each page is clean under axe-core, fits
// the screen and makes the console say nothing.  Screenshots go to the folder.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { done, launch, ok } from '../pages/browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [url, folder] = process.argv.slice(2);
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const browser = await launch();

function heading(page, text) {
	return page.getByRole('heading', { name: text }).waitFor({ timeout: 30000 })
		.then(() => true, () => false);
}

// What is wrong with the page as it stands, as text; '' for nothing.
async function faults(page) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	const found = await page.evaluate(async () =>
		(await window.axe.run({ resultTypes: ['violations'] })).violations.map((v) =>
			`${v.id}: ${v.help}\n${v.nodes.map((n) => n.html).join('\n')}`));
	return found.concat(wide > 0 ? [`${wide} px too wide`] : []).join('\n');
}

// One person: a browser of their own.
async function person(name, options) {
	const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
	const who = { name, context, complaints: [], script: options.javaScriptEnabled !== false };

	await context.addInitScript(axe);
	context.on('console', (message) => message.type() === 'error' && who.complaints.push(message.text()));
	context.on('weberror', (error) => who.complaints.push(String(error.error())));
	who.page = await context.newPage();
	return who;
}

async function look(who, what) {
	await who.page.screenshot({ path: join(folder, `${who.name}-${what}.png`.replace(/[^\w.-]/g, '_')), fullPage: true });
	if (who.script) {
		const wrong = await faults(who.page);
		ok(wrong === '', `${who.name}: ${what}: nothing to object to`, wrong);
	}
	const said = who.complaints.splice(0).join('\n');
	ok(said === '', `${who.name}: ${what}: the console is quiet`, said);
}

// The button that buys what costs that much.
const buttonOf = (page, price) =>
	page.locator('form[action="/api/checkout"]', { hasText: price }).getByRole('button');

const invite = (page) => page.getByRole('link', { name: 'Open Discord' }).getAttribute('href');

async function pay(who, email) {
	const { page, name } = who;

	await page.goto(`${url}/pricing`);
	ok(await page.locator('form[action="/api/checkout"]').count() === 4, `${name}: four products are offered`);
	await look(who, 'prices');
	await buttonOf(page, '$4.99').click();
	await page.getByLabel('E-mail').fill(email);
	ok(page.url().startsWith(`${url}/sandbox/stripe/pay/`), `${name}: the button leads to the payment page`, page.url());
	await look(who, 'payment');
	await page.getByRole('button', { name: 'Pay $4.99' }).click();
}

async function take(who) {
	const { page, name } = who;

	ok(await heading(page, 'Thank you, you are in'), `${name}: the payment arrives`, page.url());
	await look(who, 'thanks');
	await page.getByRole('button', { name: 'Get your Discord invite' }).click();
	ok(await heading(page, 'Here is your invite'), `${name}: the button brings the invite`);
	await look(who, 'invite');
	return invite(page);
}

// The same invite after a reload, in a second tab, and again after both.
async function again(who, link) {
	const { page, name, context } = who;

	await page.reload();
	ok(await invite(page) === link, `${name}: a reload shows the same invite`);
	const tab = await context.newPage();
	await tab.goto(page.url());
	ok(await invite(tab) === link, `${name}: a second tab shows the same invite`);
	await tab.close();
}

async function buy(name, options) {
	const who = await person(name, options);

	await pay(who, `${name.replace(/\W+/g, '-')}@example.test`);
	const link = await take(who);
	ok(/^https:\/\/discord\.gg\/\w+$/.test(link), `${name}: it is a link to Discord`, link);
	await again(who, link);
	await who.context.close();
	return link;
}

// Coming back without paying.
async function cancel() {
	const who = await person('canceled', PHONE);

	await who.page.goto(`${url}/pricing`);
	await buttonOf(who.page, '$9.99').click();
	await who.page.getByRole('link', { name: /Cancel and go back/ }).click();
	ok(await who.page.getByRole('status').filter({ hasText: 'nothing was charged' }).count() === 1, 'canceled: the shop says that nothing was charged');
	await look(who, 'prices');
	await who.context.close();
}

const links = [
	await buy('desktop', DESKTOP),
	await buy('phone', PHONE),
	await buy('without script', { ...PHONE, javaScriptEnabled: false }),
];
ok(new Set(links).size === links.length, 'everybody has an invite of their own', links);
await cancel();
await browser.close();
done();
