// SPDX-License-Identifier: MIT
// portal.mjs URL COOKIE
//
// A member with that session cookie subscribes in Chromium, without JavaScript, ends
// the subscription in Stripe's portal, is told until when it runs, downloads the
// statement, buys credits and buys them again by the button.
import { done, launch, ok } from '../pages/browser.mjs';

const [url, cookie] = process.argv.slice(2);
const browser = await launch();
const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
await context.addCookies([{ name: 'session', value: cookie, url }]);
const page = await context.newPage();

const second = () => Math.floor(Date.now() / 1000);
const text = () => page.locator('main').innerText();
const press = (name) => page.getByRole('button', { name }).first().click();

// Buys what costs that much; comes back to /credits when it shows what is looked for.
async function buy(price, wanted) {
	await page.goto(`${url}/pricing`);
	await page.locator('form[action="/api/checkout"]', { hasText: price }).getByRole('button').click();
	await pay(wanted);
}

async function pay(wanted) {
	await page.waitForURL(/\/sandbox\/stripe\/pay\//);
	await page.locator('button[name=how][value=card]').click();
	await page.waitForURL(/\/success/);
	await reach(wanted);
}

// Looks at /credits until it says so; Stripe's events take a moment.
async function reach(wanted) {
	const end = Date.now() + 20000;
	let said = '';
	while (Date.now() < end && !wanted.test(said)) {
		await page.goto(`${url}/credits`);
		said = await text();
	}
	ok(wanted.test(said), `My credits says ${wanted}`, said);
}

await buy('$9.99', /It renews .*\d{4}/);
await press('Manage subscription');
ok(/\/sandbox\/stripe\/portal\/bps_/.test(page.url()), 'the button leads to the portal', page.url());
await press('End it with this period');
const ended = second();
ok(/Ends on/.test(await text()), 'where the subscription is ended');
await page.getByRole('link', { name: /Back to the shop/ }).click();
ok(page.url() === `${url}/credits`, 'and back to My credits', page.url());
await reach(/It is cancelled and runs until .*\d{4}/);
// Stripe tells when something changed by the second: two changes within one have no order.
while (second() === ended)
	await page.reload();
await press('Manage subscription');
await press('Keep the subscription');
await reach(/It renews .*\d{4}/);

const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download statement' }).click()]);
ok(file.suggestedFilename() === 'statement.json', 'the statement is a file', file.suggestedFilename());

await buy('$4.99', /\b355\s+credits/);
await press('Buy again');
await pay(/\b455\s+credits/);
await browser.close();
done();
