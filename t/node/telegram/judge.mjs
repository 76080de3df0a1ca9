// SPDX-License-Identifier: MIT
// judge.mjs TOKEN FILE > JSON array of pairs: whether @grammyjs/validator and
// @telegram-auth/server take each set of the login widget's fields for genuine.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { checkSignature } from '@grammyjs/validator';

const { AuthDataValidator } = createRequire(import.meta.url)('@telegram-auth/server');
const [token, file] = process.argv.slice(2);
const server = new AuthDataValidator({ botToken: token });

function asText(fields) {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

async function verdicts(fields) {
	const first = checkSignature(token, asText(fields));
	const second = await server.validate(new Map(Object.entries(asText(fields)))).then(() => 1, () => 0);

	return [first ? 1 : 0, second];
}

process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(readFileSync(file, 'utf8')).map(verdicts))));
