// SPDX-License-Identifier: MIT
// telegram.mjs URL FOLDER ADMIN
//
// Anna signs in with Telegram on a desktop, Boris on a phone, an admin (by the one-time
// link ADMIN) links a Telegram account in the settings, and the bot answers.  Each page
// is clean under axe-core, fits the screen and makes the console say nothing.
import { done, ok } from '../pages/browser.mjs';
import { DESKTOP, PHONE, browser, looker, person } from './people.mjs';

const [url, folder, admin] = process.argv.slice(2);
const look = looker(folder, 'telegram');

const seen = (page, text) => page.getByText(text).first().waitFor({ timeout: 30000 }).then(() => true, () => false);

// From the door through Telegram and back.
async function sign_in(who, as) {
	const { page, name } = who;

	await page.goto(`${url}/settings`);
	ok(new URL(page.url()).pathname === '/login', `${name}: a page of one's own shows the door`, page.url());
	await look(who, 'door');
	await page.getByRole('button', { name: 'Continue with Telegram' }).click();
	ok(new URL(page.url()).pathname === '/sandbox/telegram-oidc/auth', `${name}: which leads to Telegram`, page.url());
	await look(who, 'consent');
	await page.getByRole('button', { name: as }).click();
	ok(page.url() === `${url}/settings`, `${name}: and back to where they wanted to be`, page.url());
	ok(await seen(page, `You are signed in as ${as}`), `${name}: signed in by their name`);
	await look(who, 'settings');
}

async function sign_out(who) {
	await who.page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
	await who.page.goto(`${url}/settings`);
	ok(new URL(who.page.url()).pathname === '/login', `${who.name}: signed out`, who.page.url());
}

async function anna() {
	const who = await person('desktop', DESKTOP);

	await sign_in(who, 'Anna Petrova');
	await sign_out(who);
	await who.page.goto(`${url}/login`);
	await who.page.getByRole('button', { name: 'Continue with Telegram' }).click();
	await who.page.getByRole('button', { name: 'Cancel' }).click();
	ok(await seen(who.page, 'You did not let Telegram sign you in'), 'desktop: who cancels is told so');
	who.complaints.length = 0;	// the browser notes the status of the page
	await look(who, 'canceled');
	await who.page.goto(`${url}/sandbox/telegram/widget`);
	await look(who, 'widget');
	await who.page.getByRole('button', { name: 'Anna Petrova' }).click();
	await who.page.goto(`${url}/settings`);
	ok(await seen(who.page, 'You are signed in as Anna Petrova'), 'desktop: the login widget lets her in too');
	await who.context.close();
}

async function boris() {
	const who = await person('phone', { ...PHONE, javaScriptEnabled: false });

	await sign_in(who, 'Boris');
	await sign_out(who);
	await who.context.close();
}

async function olga() {
	const who = await person('admin', DESKTOP);
	const { page } = who;

	await page.goto(url + admin);
	await page.locator('main').getByRole('button').click();
	await page.goto(`${url}/settings`);
	await page.getByRole('button', { name: 'Link Telegram' }).click();
	await page.getByRole('button', { name: 'Carmen Ruiz' }).click();
	ok(page.url() === `${url}/settings` && await seen(page, 'Carmen Ruiz'), 'admin: a Telegram account is linked', page.url());
	await look(who, 'linked');
	await page.getByRole('button', { name: 'Link Telegram' }).click();
	await page.getByRole('button', { name: 'Anna Petrova' }).click();
	ok(await seen(page, 'belongs to somebody else'), "admin: somebody else's is not");
	who.complaints.length = 0;
	await look(who, 'taken');
	await who.context.close();
}

async function chat() {
	const who = await person('chat', { ...DESKTOP, viewport: { width: 900, height: 900 } });
	const { page } = who;

	await page.goto(`${url}/sandbox/telegram`);
	await look(who, 'people');
	await page.getByRole('link', { name: /Anna Petrova/ }).click();
	await page.getByRole('button', { name: 'Start' }).click();
	for (let i = 0; i < 20 && await page.getByText('Здравствуйте, Anna!').count() === 0; i++)
		await page.getByRole('link', { name: 'Refresh' }).click();
	ok(await page.getByText('Здравствуйте, Anna!').count() === 1, 'chat: the bot answers, in the language of her Telegram');
	await page.getByLabel('Message', { exact: true }).fill('/help');
	await page.getByRole('button', { name: 'Send' }).click();
	for (let i = 0; i < 20 && await page.getByText('этот список').count() === 0; i++)
		await page.getByRole('link', { name: 'Refresh' }).click();
	ok(await page.getByText('этот список').count() === 1, 'chat: and helps');
	await look(who, 'chat');
	const open = page.getByRole('link', { name: 'Открыть сайт' });
	ok(await open.getAttribute('href') === `${url}/credits`, 'chat: its button leads to the site');
	await who.context.close();
}

await anna();
await boris();
await olga();
await chat();
await browser.close();
done();
