// SPDX-License-Identifier: MIT
// axe.mjs FOLDER < one page's name a line
//
// Opens each page of the folder on phone and desktop, light and dark: axe finds
// nothing, nothing is wider than the screen, and neither the policy nor a script
// complains.  A name that starts with "-" is looked at once, phone and light.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { done, launch, ok, serve } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = [
	{ name: 'phone, light', width: 320, height: 640, colorScheme: 'light' },
	{ name: 'phone, dark', width: 390, height: 844, colorScheme: 'dark' },
	{ name: 'desktop, light', width: 1280, height: 800, colorScheme: 'light' },
	{ name: 'desktop, dark', width: 1280, height: 800, colorScheme: 'dark' },
];

const folder = process.argv[2];
const site = await serve(folder);
const browser = await launch();

function describe(violation) {
	return `${violation.id}: ${violation.help}\n` +
	    violation.nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n');
}

async function look(page, name, complaints) {
	await page.goto(`${site.url}/${name}.html`);
	const found = await page.evaluate(async () => (await axe.run({ resultTypes: ['violations'] })).violations);
	const overflow = await page.evaluate(() =>
		document.documentElement.scrollWidth - document.documentElement.clientWidth);

	return found.map(describe)
		.concat(overflow > 0 ? [`${overflow} px too wide`] : [])
		.concat(complaints.splice(0)).join('\n');
}

// The names on standard input, on one screen, each with its result as a test.
async function lookAll(screen, names) {
	const context = await browser.newContext({ viewport: screen, colorScheme: screen.colorScheme,
		reducedMotion: 'reduce' });
	const page = await context.newPage();
	const complaints = [];

	// The devtools protocol adds the script, so the page's policy stays whole.
	await page.addInitScript(axe);
	page.on('console', (message) => {
		if (message.type() === 'error')
			complaints.push(message.text());
	});
	page.on('pageerror', (error) => complaints.push(String(error)));
	for (const name of names) {
		const wrong = await look(page, name, complaints);

		ok(wrong === '', `${name}: nothing to object to (${screen.name})`, wrong);
	}
	await context.close();
}

const names = readFileSync(0, 'utf8').split('\n').filter(Boolean);
for (const [i, screen] of SCREENS.entries())
	await lookAll(screen, names.filter((name) => i === 0 || !name.startsWith('-'))
		.map((name) => name.replace(/^-/, '')));
await browser.close();
site.close();
done();
