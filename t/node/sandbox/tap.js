// SPDX-License-Identifier: MIT
// The few words of TAP that the judges need.
'use strict';
const { isDeepStrictEqual } = require('node:util');

let count = 0;
let failed = 0;

// ok(value, name, seen): passes when value is true; seen is shown when it is not.
function ok(value, name, seen) {
	count += 1;
	console.log(`${value ? 'ok' : 'not ok'} ${count} - ${name}`);
	if (value)
		return true;
	failed += 1;
	if (seen !== undefined)
		console.log(String(typeof seen === 'string' ? seen : JSON.stringify(seen, null, 1)).replace(/^/gm, '# '));
	return false;
}

// is(got, want, name): deep equality.
function is(got, want, name) {
	return ok(isDeepStrictEqual(got, want), name, { got, want });
}

// refuses(promise, type, fields, name): rejects with an error of that class and those fields.
async function refuses(promise, type, fields, name) {
	try {
		const value = await promise;
		return ok(false, name, { resolved: value });
	} catch (error) {
		const wrong = Object.keys(fields).filter((key) => error[key] !== fields[key]);
		return ok(error.constructor.name === type && wrong.length === 0, name,
			`${error.constructor.name} ${wrong.map((key) => `${key}=${error[key]}`)} ${error.message}`);
	}
}

// until(test, what): asks again until test answers something true; gives up after 15 seconds.
async function until(test, what) {
	const end = Date.now() + 15000;
	for (;;) {
		const value = await test();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error(`waited in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

// run(judge): runs the asynchronous script, prints the plan, ends the process.
function run(judge, cleanup) {
	judge().catch((error) => ok(false, 'the script runs to its end', error.stack)).finally(async () => {
		await cleanup();
		console.log(`1..${count}`);
		process.exit(failed ? 1 : 0);
	});
}

module.exports = { ok, is, refuses, until, run };
