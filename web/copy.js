/* SPDX-License-Identifier: MIT
 *
 * Buttons that copy the field named by data-copy.  They are hidden in the page,
 * because without this file they would do nothing; pages that replace a part of
 * themselves say so by the event "refreshed". */
'use strict';

function showCopyButtons() {
	for (const button of document.querySelectorAll('[data-copy]'))
		button.hidden = false;
}

async function copy(button) {
	const field = document.getElementById(button.dataset.copy);
	const status = document.getElementById('status');

	field.select();
	if (navigator.clipboard)
		await navigator.clipboard.writeText(field.value);
	else
		document.execCommand('copy');
	button.textContent = button.dataset.done;
	if (status)
		status.textContent = button.dataset.done;
}

document.addEventListener('click', (event) => {
	const button = event.target.closest('[data-copy]');

	if (button)
		copy(button).catch(() => {});	/* the field stays selected */
});
document.addEventListener('refreshed', showCopyButtons);
showCopyButtons();
