// SPDX-License-Identifier: MIT
// What the tests of pages share: a server with the site's Content-Security-Policy,
// Chromium, and TAP.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const CSP = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self' https://checkout.stripe.com; " +
	"frame-ancestors 'none'; base-uri 'none'";

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript',
	svg: 'image/svg+xml', json: 'application/json' };

// Answers with a file of the folder, headers as the site has them.
export function sendFile(response, folder, name, status = 200) {
	const type = TYPES[name.split('.').pop()];
	let body;

	try {
		body = readFileSync(join(folder, name));
	} catch {
		response.writeHead(404).end();
		return;
	}
	response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': CSP,
		'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' }).end(body);
}

// Serves on a free port of this machine.  handle(request, response, url) may
// answer and return true; everything else is a file.  Returns { url, close }.
export async function serve(folder, handle = () => false) {
	const server = createServer(async (request, response) => {
		const url = new URL(request.url, 'http://localhost');

		if (!await handle(request, response, url))
			sendFile(response, folder, url.pathname.slice(1));
	});

	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { url: `http://127.0.0.1:${server.address().port}`,
		close: () => { server.closeAllConnections(); server.close(); } };
}

// The system's Chromium.  It sees only our own pages, and its sandbox cannot start
// for root nor in many containers.
export function launch() {
	return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox'] });
}

let tests = 0;
let failures = 0;

// One line of TAP; detail is shown when it failed.
export function ok(good, name, detail = '') {
	console.log(`${good ? 'ok' : 'not ok'} ${++tests} - ${name}`);
	if (good)
		return;
	failures++;
	for (const line of String(detail).split('\n'))
		console.log(`# ${line}`);
}

export function done() {
	console.log(`1..${tests}`);
	process.exitCode = failures > 0 ? 1 : 0;
}
