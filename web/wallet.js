// SPDX-License-Identifier: MIT
// Signs in by a wallet in the browser (EIP-1193, EIP-4361).  The form is hidden
// until there is a wallet, and without scripts.
'use strict';

let form, button, says;

async function post(path, body) {
	const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body) });
	const data = await answer.json();

	if (!answer.ok)
		throw data.error;
	return data;
}

// EIP-4361; the time is the server's, for the clock here may be wrong.
function message(address, given) {
	return `${location.host} wants you to sign in with your Ethereum account:\n${address}\n\n` +
	    `${form.dataset.statement}\n\nURI: ${location.origin}${location.pathname}\nVersion: 1\n` +
	    `Chain ID: ${form.dataset.chain}\nNonce: ${given.nonce}\nIssued At: ${given.issued_at}`;
}

function hex(text) {
	return '0x' + Array.from(new TextEncoder().encode(text), (b) => b.toString(16).padStart(2, '0')).join('');
}

async function enter() {
	const wallet = window.ethereum;
	const [account] = await wallet.request({ method: 'eth_requestAccounts' });

	if (parseInt(await wallet.request({ method: 'eth_chainId' }), 16) !== Number(form.dataset.chain))
		throw { code: 'chain' };
	const given = await post('/api/session/wallet/nonce', { address: account });
	const text = message(given.address, given);
	const signature = await wallet.request({ method: 'personal_sign', params: [hex(text), account] });
	const body = { message: text, signature };

	if (form.dataset.next)
		body.next = form.dataset.next;
	if (form.dataset.purchase)
		body.session_id = form.dataset.purchase;
	location.assign((await post('/api/session/wallet', body)).landing);
}

// EIP-1193 calls a refusal in the wallet 4001.
function reason(error) {
	const names = { 4001: 'refused', identity_taken: 'taken', too_many_requests: 'slow', chain: 'chain' };

	return says.dataset[names[error && error.code] || 'wrong'];
}

function offer() {
	form = document.querySelector('.wallet-way');
	if (!form || !window.ethereum)
		return;
	button = form.querySelector('button');
	says = form.querySelector('[role=status]');
	form.hidden = false;
	button.addEventListener('click', async () => {
		const label = button.textContent;

		says.textContent = '';
		button.textContent = form.dataset.busy;
		button.disabled = true;
		await enter().catch((error) => {
			says.textContent = reason(error);
			button.textContent = label;
			button.disabled = false;
		});
	});
}

// success.js makes its page anew.
document.addEventListener('refreshed', offer);
offer();
