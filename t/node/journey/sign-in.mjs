// SPDX-License-Identifier: MIT
// sign-in.mjs URL LINK FOLDER
//
// People and their wallets in Chromium: from a page that asks who they are to the
// door, in by a wallet (EIP-1193, signing by viem), back to that page; settings;
// another person by the operator's link LINK links a wallet that is taken, and one of
// their own.  Screenshots go to the folder.
import { join } from 'node:path';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { done, ok } from '../pages/browser.mjs';
import { DESKTOP, browser, faults, person as visitor } from './people.mjs';

const [url, link, folder] = process.argv.slice(2);

// A wallet as browsers have one: accounts in lower case, as most give them.  What it
// is asked to sign is kept; refuse makes its owner say no.
function wallet() {
	const account = privateKeyToAccount(generatePrivateKey());
	const self = { account, chain: '0x1', refuse: false, asked: [] };

	self.request = async ({ method, params }) => {
		if (method === 'eth_requestAccounts')
			return [account.address.toLowerCase()];
		if (method === 'eth_chainId')
			return self.chain;
		self.asked.push(Buffer.from(params[0].slice(2), 'hex').toString());
		if (self.refuse)
			return { refused: 4001 };
		return account.signMessage({ message: { raw: params[0] } });
	};
	return self;
}

// A browser of one's own, with that wallet or none.
async function person(own, options = {}) {
	const { page } = await visitor('', { ...DESKTOP, ...options });

	if (own === undefined)
		return page;
	await page.exposeFunction('walletRequest', own.request);
	await page.addInitScript(() => {
		window.ethereum = { request: async (what) => {
			const answer = await window.walletRequest(what);

			if (answer && answer.refused)
				throw { code: answer.refused };
			return answer;
		} };
	});
	return page;
}

async function look(page, what) {
	await page.screenshot({ path: join(folder, `${what}.png`), fullPage: true });
	const wrong = await faults(page);
	ok(wrong === '', `${what}: nothing to object to`, wrong);
}

const says = (page, text) => page.getByText(text).first().waitFor({ timeout: 10000 }).then(() => true, () => false);
const path = (page) => new URL(page.url()).pathname;

// ---- in by a wallet

const adas = wallet();
const ada = await person(adas);

await ada.goto(`${url}/settings`);
ok(path(ada) === '/login', 'a page that asks who you are leads to the door');
await look(ada, 'door');
adas.refuse = true;
await ada.getByRole('button', { name: 'Continue with a wallet' }).click();
ok(await says(ada, 'You refused in the wallet.'), 'who refuses is told so');
adas.refuse = false;
adas.chain = '0x89';
await ada.getByRole('button', { name: 'Continue with a wallet' }).click();
ok(await says(ada, 'Your wallet is on another network.'), 'and who is on another network');
adas.chain = '0x1';
await ada.getByRole('button', { name: 'Continue with a wallet' }).click();
await ada.waitForURL(`${url}/settings`);
ok(true, 'in, and back where they wanted to go');
ok(adas.asked.at(-1).startsWith(`${new URL(url).host} wants you to sign in`), 'by a message that names the site');
ok(await ada.getByText(adas.account.address.slice(0, 6)).first().isVisible(), 'the wallet is their way in');
await look(ada, 'settings');

await ada.locator('#language').selectOption('ru');
await ada.getByRole('button', { name: 'Save' }).click();
ok(await says(ada, 'Настройки'), 'the chosen language at once');
await ada.goto(`${url}/credits`);
ok(await ada.locator('html').getAttribute('lang') === 'ru', 'and on every page');
await ada.goto(`${url}/settings`);
await ada.locator('#language').selectOption('browser');
await ada.getByRole('button', { name: 'Сохранить' }).click();
ok(await says(ada, 'Settings'), 'and back');

// ---- linking

const second = wallet();
const eve = await person(second, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

await eve.goto(link);
await eve.getByRole('button', { name: 'Sign in' }).click();
await eve.goto(`${url}/settings`);
await eve.getByRole('button', { name: 'Link a wallet' }).click();
ok(await says(eve, second.account.address.slice(0, 6)), 'a wallet is linked to who is signed in');
await look(eve, 'linked');
const taken = await person(adas);
await taken.context().addCookies(await eve.context().cookies());
await taken.goto(`${url}/settings`);
await taken.getByRole('button', { name: 'Link a wallet' }).click();
ok(await says(taken, 'This wallet belongs to somebody else here.'), 'but not that of another');

// ---- ending sessions

ok(await eve.getByRole('listitem').filter({ hasText: 'this one' }).count() === 1, 'this session is marked');
await ada.getByRole('navigation').getByRole('button', { name: 'Sign out' }).click();
await ada.waitForURL(`${url}/login`);
ok(true, 'signing out leads to the door');
await ada.goto(`${url}/credits`);
ok(path(ada) === '/login', 'and it is closed');

// ---- without a wallet, without scripts

const plain = await person(undefined, { javaScriptEnabled: false });

await plain.goto(`${url}/login`);
ok(await plain.getByRole('button', { name: 'Continue with a wallet' }).count() === 0, 'without scripts there is no button that does nothing');
await browser.close();
done();
