// SPDX-License-Identifier: MIT
// keep.mjs URL FOLDER
//
// Guests pay and keep it: on a desktop by signing in with Telegram from the page of the
// order, then a second purchase of the same person, made in another browser, by one
// button; on a phone without JavaScript.  Each page is clean under axe-core, fits the
// screen and makes the console say nothing.
import { done, ok } from '../pages/browser.mjs';
import { DESKTOP, PHONE, browser, looker, person } from './people.mjs';

const [url, folder] = process.argv.slice(2);
const look = looker(folder, 'keep');

const heading = (page, text) => page.getByRole('heading', { name: text }).waitFor({ timeout: 30000 }).then(() => true, () => false);
const invite = (page) => page.getByRole('link', { name: 'Open Discord' }).getAttribute('href');

// Buys as a guest; the address of the order's page.
async function pay(who) {
	const { page, name } = who;

	await page.goto(`${url}/pricing`);
	await page.locator('form[action="/api/checkout"]', { hasText: '$4.99' }).getByRole('button').click();
	await page.getByLabel('E-mail').fill(`${name}@example.test`);
	await page.getByRole('button', { name: 'Pay $4.99' }).click();
	ok(await heading(page, 'Thank you, you are in'), `${name}: pays as a guest`, page.url());
	ok(await heading(page, 'Keep your credits'), `${name}: is offered to keep it`);
	return page.url();
}

async function take(who) {
	await who.page.getByRole('button', { name: 'Get your Discord invite' }).click();
	ok(await heading(who.page, 'Here is your invite'), `${who.name}: takes the seat`);
	return invite(who.page);
}

async function sign_in(who, order, as) {
	const { page, name } = who;

	await page.getByRole('button', { name: 'Sign in with Telegram' }).click();
	await page.getByRole('button', { name: as }).click();
	ok(page.url() === order, `${name}: Telegram leads back to the order`, page.url());
	ok(await heading(page, 'This purchase is in your account'), `${name}: which is in the account now`);
	ok(await page.getByRole('button', { name: 'Sign out' }).count() === 1, `${name}: who is signed in`);
}

async function credits(who, balance) {
	await who.page.getByRole('navigation').getByRole('link', { name: 'My credits' }).click();
	ok(new URL(who.page.url()).pathname === '/credits', `${who.name}: goes to the credits`, who.page.url());
	const said = await who.page.locator('main').innerText();
	ok(said.includes(`${balance}`), `${who.name}: what was bought is there: ${balance}`, said);
}

async function anna() {
	const who = await person('desktop', DESKTOP);
	const order = await pay(who);

	await look(who, 'offer');
	const link = await take(who);
	ok(await heading(who.page, 'Keep your credits'), 'desktop: the offer stays');
	await sign_in(who, order, 'Anna Petrova');
	ok(await invite(who.page) === link, 'desktop: the seat is the same');
	await look(who, 'kept');
	await credits(who, 105);
	await who.page.goto(order);
	ok(await invite(who.page) === link, 'desktop: later, too');
	return { who, link };
}

// The same person pays as a guest elsewhere and opens that address at home.
async function again({ who, link }) {
	const away = await person('away', DESKTOP);
	const order = await pay(away);

	await who.page.goto(order);
	await look(who, 'add');
	await who.page.getByRole('button', { name: 'Add to my account' }).click();
	ok(who.page.url() === order && await heading(who.page, 'This purchase is in your account'), 'desktop: one button adds it', who.page.url());
	ok(await invite(who.page) === link, 'desktop: the page shows the seat that Anna has');
	await credits(who, 205);
	await away.page.goto(order);
	ok(await away.page.getByRole('link', { name: 'Open Discord' }).count() === 0, 'away: who only has the address does not see her seat');
	ok(await away.page.getByRole('heading', { name: /Keep|in your account/ }).count() === 0, 'away: nor an offer');
	await away.context.close();
	await who.context.close();
}

async function boris() {
	const who = await person('phone', { ...PHONE, javaScriptEnabled: false });
	const order = await pay(who);

	await look(who, 'offer');
	await sign_in(who, order, 'Boris');
	await take(who);
	await look(who, 'kept');
	await credits(who, 105);
	await who.context.close();
}

await again(await anna());
await boris();
await browser.close();
done();
