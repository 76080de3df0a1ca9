// SPDX-License-Identifier: MIT
// success.mjs FOLDER
//
// The success page in Chromium, against a stand-in for its route that answers with
// the states in FOLDER (success.STATE.html, success.STATE.json): it follows the
// order without reloading, takes the invite once, and does the same without
// JavaScript.
import { done, launch, ok, sendFile, serve } from './browser.mjs';

const folder = process.argv[2];
const PATH = '/success?session_id=cs_test_a1b2c3';

// The stand-in's order, and what was asked of it.
let route;
function order(state, after = 'allocated') {
	route = { state, after, posts: [], polls: 0, broken: 0, held: null };
}

async function bodyOf(request) {
	let body = '';

	for await (const piece of request)
		body += piece;
	return body;
}

// Waits while a test holds the answer back.
async function answerPost(request, response) {
	route.posts.push(await bodyOf(request));
	if (route.held)
		await route.held;
	if (route.broken > 0) {
		route.broken--;
		return sendFile(response, folder, 'error.unavailable.html', 503);
	}
	route.state = route.after;
	return response.writeHead(303, { Location: PATH }).end();
}

async function handle(request, response, url) {
	if (url.pathname !== '/success')
		return false;
	if (request.method === 'POST') {
		await answerPost(request, response);
	} else if (!request.headers.accept.startsWith('application/json')) {
		sendFile(response, folder, `success.${route.state}.html`);
	} else if (++route.polls && route.broken > 0) {
		route.broken--;
		response.writeHead(503).end();
	} else {
		sendFile(response, folder, `success.${route.state}.json`);
	}
	return true;
}

const site = await serve(folder, handle);
const browser = await launch();

async function open(options = {}) {
	const context = await browser.newContext(options);

	await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url });
	const page = await context.newPage();
	await page.goto(site.url + PATH);
	return page;
}

// Resolves once the page's heading is that; false when the deadline passes.
function heading(page, text) {
	return page.getByRole('heading', { name: text }).waitFor({ timeout: 20000 })
		.then(() => true, () => false);
}

const sameDocument = (page) => page.evaluate(() => window.marked === true);
const mark = (page) => page.evaluate(() => { window.marked = true; });

async function testWaiting() {
	order('waiting');
	const page = await open();

	await mark(page);
	route.broken = 1;	// one poll fails and must not end the waiting
	route.state = 'ready';
	ok(await heading(page, 'Thank you, you are in'), 'waiting: the button appears when the payment arrives');
	ok(await sameDocument(page), 'waiting: without loading the page anew');
	ok(route.polls >= 2, 'waiting: a failed poll is tried again', route.polls);
	ok(await page.locator('#status').textContent() === 'Thank you, you are in', 'waiting: the change is announced');
	await page.context().close();
}

async function testButton() {
	let release;

	order('ready');
	const page = await open();
	await mark(page);
	route.held = new Promise((resolve) => { release = resolve; });
	const button = page.getByRole('button', { name: 'Get your Discord invite' });
	await button.focus();
	await page.keyboard.press('Enter');
	const busy = page.getByRole('button', { name: 'Getting your invite…' });
	ok(await busy.getAttribute('aria-disabled') === 'true', 'button: says that it is working');
	await page.keyboard.press('Enter');
	await busy.dblclick({ force: true });
	release();
	ok(await heading(page, 'Here is your invite'), 'button: brings the invite');
	ok(route.posts.length === 1, 'button: however often it is pressed, it asks once', route.posts.length);
	ok(route.posts[0] === 'session_id=cs_test_a1b2c3', 'button: names the session', route.posts[0]);
	ok(await sameDocument(page), 'button: without loading the page anew');
	ok(await page.evaluate(() => document.activeElement.tagName) === 'H1', 'button: the focus goes to the news');
	await testCopy(page);
	await page.context().close();
}

async function testCopy(page) {
	await page.getByRole('button', { name: 'Copy' }).click();
	await page.getByRole('button', { name: 'Copied' }).waitFor();
	ok(await page.evaluate(() => navigator.clipboard.readText()) === 'https://discord.gg/Ab3dEf9Hk2',
		'copy: the link is in the clipboard');
	ok(await page.locator('#status').textContent() === 'Copied', 'copy: that is announced');
}

async function testOwed() {
	order('ready', 'owed');
	const page = await open();

	await mark(page);
	await page.getByRole('button', { name: 'Get your Discord invite' }).click();
	ok(await heading(page, 'Your seat is reserved'), 'owed: an empty pool is told');
	route.state = 'allocated';
	ok(await heading(page, 'Here is your invite'), 'owed: the invite appears when stock returns');
	ok(await sameDocument(page), 'owed: without loading the page anew');
	await page.reload();
	ok(await page.getByLabel('Invite link').inputValue() === 'https://discord.gg/Ab3dEf9Hk2',
		'owed: a reload shows the same invite');
	await page.context().close();
}

async function testBroken() {
	order('ready');
	const page = await open();

	route.broken = 2;	// the script's request and the browser's own
	await page.getByRole('button', { name: 'Get your Discord invite' }).click();
	ok(await heading(page, 'Back in a moment'), 'broken: the error page is shown');
	await page.context().close();
}

async function testWithoutScript() {
	order('waiting');
	const page = await open({ javaScriptEnabled: false });

	route.state = 'ready';
	ok(await heading(page, 'Thank you, you are in'), 'no script: the page reloads by itself');
	await page.getByRole('button', { name: 'Get your Discord invite' }).click();
	ok(await heading(page, 'Here is your invite'), 'no script: the button brings the invite');
	ok(await page.getByRole('button', { name: 'Copy' }).count() === 0, 'no script: no button that cannot work');
	ok(await page.getByRole('link', { name: 'Open Discord' }).getAttribute('href') ===
		'https://discord.gg/Ab3dEf9Hk2', 'no script: the link is there');
	await page.context().close();
}

for (const test of [testWaiting, testButton, testOwed, testBroken, testWithoutScript])
	await test();
await browser.close();
site.close();
done();
