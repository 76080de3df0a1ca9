// SPDX-License-Identifier: MIT
// What walks through the site share: people with a browser of their own, and a look
// at where they are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch, ok } from '../pages/browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const DESKTOP = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale: 'en-GB' };
export const browser = await launch();

// One person: { name, context, page, complaints of the console, script: whether
// JavaScript runs }.
export async function person(name, options) {
	const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
	const who = { name, context, complaints: [], script: options.javaScriptEnabled !== false };

	await context.addInitScript(axe);
	context.on('console', (message) => message.type() === 'error' && who.complaints.push(message.text()));
	context.on('weberror', (error) => who.complaints.push(String(error.error())));
	who.page = await context.newPage();
	return who;
}

// What is wrong with the page as it stands, as text; '' for nothing.
export async function faults(page) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	const found = await page.evaluate(async () =>
		(await window.axe.run({ resultTypes: ['violations'] })).violations.map((v) =>
			`${v.id}: ${v.help}\n${v.nodes.map((n) => n.html).join('\n')}`));

	return found.concat(wide > 0 ? [`${wide} px too wide`] : []).join('\n');
}

// Returns look(who, what): a screenshot into the folder, its name beginning with the
// walk's, and what axe, the width and the console have to object to.
export function looker(folder, walk) {
	return async (who, what) => {
		await who.page.screenshot({ path: join(folder, `${walk}-${who.name}-${what}.png`.replace(/[^\w.-]/g, '_')), fullPage: true });
		if (who.script) {
			const wrong = await faults(who.page);
			ok(wrong === '', `${who.name}: ${what}: nothing to object to`, wrong);
		}
		const said = who.complaints.splice(0).join('\n');
		ok(said === '', `${who.name}: ${what}: the console is quiet`, said);
	};
}
