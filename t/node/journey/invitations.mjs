// SPDX-License-Identifier: MIT
// invitations.mjs URL FOLDER ADMIN DRIVER RECIPIENT
//
// Three people in three browsers.  An admin signs in by the address ADMIN; DRIVER and
// RECIPIENT are the names of people at the sandbox's Telegram.  The driver invites, on
// a phone, the recipient accepts by signing in, and both the driver's card and the
// admin's table say so by themselves, the table without losing scroll, filter or
// selection.  Then the driver writes to the recipient.  The pages' clocks are moved,
// not waited for.  Screenshots go to the folder.
import { done, ok } from '../pages/browser.mjs';
import { DESKTOP, PHONE, browser, looker, person as visitor } from './people.mjs';

const [url, folder, adminLink, driverName, recipientName] = process.argv.slice(2);
const look = looker(folder, 'invitations');

// Somebody whose page's clock can be moved; asked: what its scripts were answered.
async function person(name, options) {
	const who = await visitor(name, { ...options, permissions: ['clipboard-read', 'clipboard-write'] });

	who.asked = [];
	await who.context.clock.install();
	who.context.on('response', (answer) => answer.request().resourceType() === 'fetch' && who.asked.push(answer.status()));
	return who;
}

// The way through Telegram, from a page that has its button.
async function telegram(who, name) {
	await who.page.getByRole('button', { name: /(Sign in|Continue) with Telegram/ }).click();
	await who.page.getByRole('button', { name }).click();
}

const shows = (locator) => locator.waitFor({ timeout: 10000 }).then(() => true, () => false);

// Moves the page's clock and waits until what was asked for then is answered.
async function later(who, seconds) {
	const answered = who.page.waitForResponse((r) => r.request().resourceType() === 'fetch', { timeout: 10000 }).catch(() => null);
	await who.page.clock.fastForward(seconds * 1000);
	return answered;
}

const admin = await person('admin', DESKTOP);
const driver = await person('driver', PHONE);
const recipient = await person('recipient', { ...PHONE, colorScheme: 'dark' });
await admin.page.goto(adminLink);
await admin.page.locator('main form button').first().click();
await admin.page.waitForURL((address) => address.pathname !== '/login');
await driver.page.goto(`${url}/login`);
await telegram(driver, driverName);
await driver.page.waitForURL((address) => address.origin === url && !address.pathname.startsWith('/sandbox'));

// The driver invites.
await driver.page.goto(`${url}/invitations`);
await driver.page.getByRole('button', { name: 'Create an invitation' }).click();
ok(await shows(driver.page.getByRole('heading', { name: 'The invitation is ready' })), 'driver: a button makes an invitation');
const link = await driver.page.locator('#new-url').inputValue();
await driver.page.getByRole('button', { name: 'Copy the link' }).click();
ok(await shows(driver.page.locator('.fresh').getByRole('button', { name: 'Copied' }).first()), 'driver: the button copies');
ok(await driver.page.evaluate(() => navigator.clipboard.readText()) === link, 'driver: the clipboard has the link', link);
ok(link.startsWith(`${url}/invite/`), 'driver: which leads here', link);
await look(driver, 'invited');

// The admin looks at the table, somewhere in the middle, with things half typed.
await admin.page.goto(`${url}/admin/invitations`);
const row = admin.page.locator(`tr[data-key="${link.split('/').pop()}"]`);
ok((await row.textContent()).includes('Pending'), 'admin: the new one is pending');
await admin.page.getByLabel('Search').fill('half typed');
await admin.page.getByLabel('Status', { exact: true }).selectOption('accepted');
await admin.page.evaluate(() => {
	const cell = document.querySelectorAll('#rows tr')[30].cells[3];

	window.scrollTo(0, 900);
	document.getSelection().selectAllChildren(cell);
	window.kept = { cell, scroll: window.scrollY };
});
await look(admin, 'table');

// The recipient opens the link and signs in, which accepts.
await recipient.page.goto(link);
ok(await shows(recipient.page.getByRole('heading', { name: `${driverName} invites you` })), 'recipient: sees who invites');
await look(recipient, 'invited');
await telegram(recipient, recipientName);
ok(await shows(recipient.page.getByRole('heading', { name: 'You are in' })), 'recipient: is in', recipient.page.url());
ok(recipient.page.url() === link, 'recipient: on the page that says what is left', recipient.page.url());
ok((await recipient.page.getByRole('link', { name: 'Open the bot' }).getAttribute('href')).endsWith('_bot?start=invited'),
	'recipient: which is to start the bot');
await look(recipient, 'inside');

// Both are told by themselves.
await later(driver, 16);
const card = driver.page.locator('.invitations li').first();
ok(await shows(card.getByText('✅')), 'driver: the card turns');
ok((await card.textContent()).includes(recipientName), 'driver: with the name', await card.textContent());
await look(driver, 'accepted');
await later(admin, 31);
ok(await shows(row.getByText('✅')), 'admin: the table says so within 30 seconds');
ok((await row.textContent()).includes(recipientName), 'admin: with the name');
const kept = await admin.page.evaluate(() => ({ scroll: window.scrollY, before: window.kept.scroll,
	selected: document.getSelection().toString().trim(), cell: window.kept.cell.textContent.trim(), there: window.kept.cell.isConnected }));
ok(kept.before > 500 && kept.scroll === kept.before, 'admin: the scroll is where it was', JSON.stringify(kept));
ok(kept.there && kept.selected === kept.cell && kept.selected !== '', 'admin: what was selected is', JSON.stringify(kept));
ok(await admin.page.getByLabel('Search').inputValue() === 'half typed' &&
	await admin.page.getByLabel('Status', { exact: true }).inputValue() === 'accepted', 'admin: and so is the filter');
const second = await later(admin, 31);
ok(second?.status() === 304, 'admin: nothing new is a 304', second?.status());

// A hidden tab asks nothing; when it is seen again it asks at once.
const hide = (hidden) => admin.page.evaluate((value) => {
	Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
	document.dispatchEvent(new Event('visibilitychange'));
}, hidden);
await hide(true);
const before = admin.asked.length;
await admin.page.clock.fastForward(600 * 1000);
await admin.page.evaluate(() => fetch('/healthz'));
ok(admin.asked.length === before + 1, 'admin: a hidden tab asks nothing', admin.asked.length - before - 1);
const back = admin.page.waitForResponse((r) => r.url().includes('/admin/invitations'), { timeout: 10000 }).catch(() => null);
await hide(false);
ok((await back)?.status() === 304, 'admin: seen again it asks at once');

// One in detail, filtered, without a script.
await admin.page.getByLabel('Search').fill(recipientName.slice(0, 4).toLowerCase());
await admin.page.getByRole('button', { name: 'Show' }).click();
ok(await admin.page.locator('#rows tr').count() === 1, 'admin: the filter finds them');
await admin.page.locator('#rows button').click();
ok(await shows(admin.page.locator('#show').getByText('invitation.accept')), 'admin: and all about them');
await look(admin, 'detail');

// The driver writes to whom they invited.
await driver.page.goto(`${url}/notifications`);
await driver.page.getByLabel('Text').fill('The road is open again.');
await driver.page.getByRole('button', { name: 'Send to 1 person' }).click();
ok(await shows(driver.page.locator('#notifications').getByText('1 on its way')), 'driver: the message is on its way');
await look(driver, 'written');
await browser.close();
done();
