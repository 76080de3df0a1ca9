/* SPDX-License-Identifier: MIT
 *
 * Keeps the page of an order true.  The server is asked for the order as JSON;
 * when that changes, #order is taken anew from the page itself, so that every
 * word and every state lives in one template.  Without this file the page does
 * the same by reloading and by its form. */
'use strict';

const WAITING = ['waiting', 'owed'];
const order = document.getElementById('order');
const announcer = document.getElementById('status');
let delay = 1000;	/* milliseconds */
let timer = 0;
let known = null;	/* the order as last seen, JSON text */

function replaceOrder(html) {
	const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('order');
	const focused = order.contains(document.activeElement);

	if (!fresh)
		throw new Error('no order in the answer');
	order.replaceChildren(...fresh.childNodes);
	order.dataset.state = fresh.dataset.state;
	const heading = order.querySelector('h1');
	announcer.textContent = heading.textContent;
	if (focused)
		heading.focus();
	document.dispatchEvent(new Event('refreshed'));
	watch();
}

async function fetchText(accept) {
	const answer = await fetch(location.href, { headers: { Accept: accept }, cache: 'no-store' });

	if (!answer.ok)
		throw new Error(answer.status);
	return answer.text();
}

async function poll() {
	const before = known;

	try {
		known = await fetchText('application/json');
		if (JSON.parse(known).state !== order.dataset.state || (before && before !== known))
			return replaceOrder(await fetchText('text/html'));
	} catch (e) {
		known = before;	/* the next try asks again */
	}
	delay = Math.min(delay * 1.4, 15000);
	watch();
}

function watch() {
	clearTimeout(timer);
	if (WAITING.includes(order.dataset.state) && !document.hidden)
		timer = setTimeout(poll, delay);
}

async function takeInvite(event) {
	const form = event.target;

	if (!form.matches('.take'))
		return;
	const button = form.querySelector('button');
	const label = button.textContent;

	event.preventDefault();
	if (button.getAttribute('aria-disabled'))
		return;
	button.setAttribute('aria-disabled', 'true');
	button.textContent = announcer.textContent = button.dataset.busy;
	try {
		const answer = await fetch(form.action, {
			method: 'POST', body: new URLSearchParams(new FormData(form)),
			headers: { Accept: 'text/html' },
		});
		replaceOrder(await answer.text());
	} catch (e) {
		button.removeAttribute('aria-disabled');
		button.textContent = label;
		form.submit();	/* then the browser shows what is wrong */
	}
}

order.addEventListener('submit', takeInvite);
document.addEventListener('visibilitychange', () => {
	delay = 1000;
	watch();
});
watch();
