// SPDX-License-Identifier: MIT
// wallet.mjs < JSON array of jobs > JSON array of {message, signature, address, judged}
//
// Signs messages to sign in with (EIP-4361) as other people's libraries make them.
// A job: by "ethers" (message by siwe) or "viem" (both by viem), key a private key,
// fields of the message.  judged: whether siwe takes it, for the job's domain, nonce
// and time under check.
import { readFileSync } from 'node:fs';
import { Wallet } from 'ethers';
import { SiweMessage } from 'siwe';
import { privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';

async function byEthers({ key, fields }) {
	const wallet = new Wallet(key);
	const message = new SiweMessage({ version: '1', ...fields, address: wallet.address }).prepareMessage();

	return { message, signature: await wallet.signMessage(message), address: wallet.address };
}

const TIMES = ['issuedAt', 'expirationTime', 'notBefore'];

async function byViem({ key, fields }) {
	const account = privateKeyToAccount(key);
	const times = Object.fromEntries(TIMES.filter((name) => fields[name])
		.map((name) => [name, new Date(fields[name])]));
	const message = createSiweMessage({ version: '1', ...fields, ...times, address: account.address });

	return { message, signature: await account.signMessage({ message }), address: account.address };
}

async function judge(signed, check) {
	try {
		const verdict = await new SiweMessage(signed.message).verify({ signature: signed.signature, ...check });

		return verdict.success;
	} catch {
		return false;
	}
}

async function work(job) {
	const signed = await (job.by === 'viem' ? byViem : byEthers)(job);

	return { ...signed, judged: await judge(signed, job.check ?? {}) };
}

process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(readFileSync(0, 'utf8')).map(work))));
