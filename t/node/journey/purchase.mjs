// SPDX-License-Identifier: MIT
// purchase.mjs URL FOLDER
//
// A stranger buys in Chromium, from the prices to the invite: with JavaScript on
// a desktop and on a phone, and without it.  Each page is clean under axe-core, fits
// the screen and makes the console say nothing.  Screenshots go to the folder.
import { done, ok } from '../pages/browser.mjs';
import { DESKTOP, PHONE, browser, looker, person } from './people.mjs';

const [url, folder] = process.argv.slice(2);
const look = looker(folder, 'purchase');

function heading(page, text) {
	return page.getByRole('heading', { name: text }).waitFor({ timeout: 30000 })
		.then(() => true, () => false);
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
