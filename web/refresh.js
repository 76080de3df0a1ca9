/* SPDX-License-Identifier: MIT
 *
 * Keeps a page true: every data-refresh seconds it is asked for again, with the
 * ETag of what is shown, and only what changed in its parts marked data-live is
 * replaced.  Items with a data-key stay the same element while they say the same,
 * so that scroll, selection, focus and what is open stay where they are; fields
 * outside those parts are never touched.  Nothing is asked while the tab is
 * hidden.  Without this file the page is as true as its last load. */
'use strict';

const wait = document.querySelector('[data-refresh]').dataset.refresh * 1000;
let etag = '';
let due = Date.now() + wait;
let timer = 0;

function isOpen(item, fresh) {
	const before = item.querySelectorAll('details');

	fresh.querySelectorAll('details').forEach((details, n) => {
		details.open = Boolean(before[n] && before[n].open);
	});
}

/* Where the focus is in an item: the place among what can have it, or -1. */
const focusable = (item) => [...item.querySelectorAll('a, button, input, summary')];

function replaceItem(item, fresh) {
	const focus = focusable(item).indexOf(document.activeElement);

	isOpen(item, fresh);
	item.replaceWith(fresh);
	if (focus >= 0 && focusable(fresh)[focus])
		focusable(fresh)[focus].focus({ preventScroll: true });
}

/* An item as the server said it: what a reader opened since is no difference. */
function said(item) {
	const copy = item.cloneNode(true);

	copy.querySelectorAll('details').forEach((details) => details.removeAttribute('open'));
	copy.querySelectorAll('[data-copy]').forEach((button) => button.removeAttribute('hidden'));
	return copy.outerHTML;
}

function mergeItems(part, fresh) {
	const known = new Map([...part.children].map((item) => [item.dataset.key, item]));
	let place = part.firstElementChild;

	for (const item of [...fresh.children]) {
		const old = known.get(item.dataset.key);

		known.delete(item.dataset.key);
		if (old && old === place)
			place = place.nextElementSibling;
		else
			part.insertBefore(old || item, place);
		if (old && said(old) !== said(item))
			replaceItem(old, item);
	}
	known.forEach((item) => item.remove());
}

function mergePart(part, fresh) {
	if (fresh && [...part.children].every((item) => item.dataset.key) &&
	    [...fresh.children].every((item) => item.dataset.key))
		mergeItems(part, fresh);
	else if (fresh && said(part) !== said(fresh))
		replaceItem(part, fresh);
}

function merge(html) {
	const page = new DOMParser().parseFromString(html, 'text/html');

	for (const part of document.querySelectorAll('[data-live]'))
		mergePart(part, page.getElementById(part.id));
	document.dispatchEvent(new Event('refreshed'));
}

async function refresh() {
	due = Date.now() + wait;
	try {
		const answer = await fetch(location.href, {
			headers: { Accept: 'text/html', ...(etag && { 'If-None-Match': etag }) }, cache: 'no-store',
		});

		if (answer.status === 200) {
			etag = answer.headers.get('ETag') || '';
			merge(await answer.text());
		}
	} catch (e) {
		/* offline: the next one asks again */
	}
	watch();
}

function watch() {
	clearTimeout(timer);
	if (!document.hidden)
		timer = setTimeout(refresh, Math.max(due - Date.now(), 0));
}

document.addEventListener('visibilitychange', watch);
watch();
