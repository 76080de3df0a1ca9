// SPDX-License-Identifier: MIT
// tokens.mjs SITE SOCKET BASE FD
//
// Plays the OpenID Connect provider at BASE (FD is its listening socket) and the browser:
// begins a sign-in at SITE, which listens at SOCKET, answers the exchange of the code with one id token or
// another, made by jose, and says what the site did.  TAP on standard output.
import { createServer, request as http_request } from 'node:http';
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';

const [site, socket, base, fd] = process.argv.slice(2);
const CLIENT = '110201543';
const PERSON = 7000000009;
const rsa = await jose.generateKeyPair('RS256', { extractable: true });
const rsaOther = await jose.generateKeyPair('RS256', { extractable: true });
const ec = await jose.generateKeyPair('ES256', { extractable: true });
const ec384 = await jose.generateKeyPair('ES384', { extractable: true });
const ed = await jose.generateKeyPair('EdDSA', { extractable: true });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const jwk = async (key, more) => ({ ...await jose.exportJWK(key), ...more });
const published = [
	await jwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256', use: 'sig' }), await jwk(ec.publicKey, { kid: 'ec', alg: 'ES256', use: 'sig' }),
	await jwk(rsa.publicKey, { kid: 'bare' }), await jwk(rsa.publicKey, { kid: 'enc', use: 'enc' }), await jwk(rsa.publicKey, { kid: 'ps', alg: 'PS256' }),
	await jwk(ec384.publicKey, { kid: 'ec384' }), await jwk(ed.publicKey, { kid: 'ed' }), await jwk(weak.publicKey, { kid: 'weak' }),
	{ kid: 'oct', kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' }, { kid: 'off', kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
	{ kid: 'empty', kty: 'RSA' }, { kid: 'one', kty: 'RSA', n: (await jwk(rsa.publicKey)).n, e: 'AQ' }, { kid: 7 }, null,
];
let count = 0;
let failures = 0;
let answer;		// what /token says: (form) => [status, body]
let asked;		// the last form it was given
let keysAsked = 0;
let keysDown = false;

function ok(good, name, seen) {
	console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${name}`);
	failures += !good;
	if (!good && seen !== undefined)
		console.log(`# ${JSON.stringify(seen)}`);
}

function reply(response, status, body) {
	response.writeHead(status, { 'Content-Type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function serve(request, response) {
	const parts = [];
	for await (const part of request)
		parts.push(part);
	if (request.url === '/.well-known/jwks.json') {
		keysAsked += 1;
		return keysDown ? reply(response, 500, {}) : reply(response, 200, { keys: published.filter(Boolean) });
	}
	asked = { headers: request.headers, form: Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString())) };
	const [status, body] = await answer(asked);
	return reply(response, status, body);
}

const server = createServer((request, response) => serve(request, response).catch((error) => reply(response, 500, String(error))));
await new Promise((done) => server.listen({ fd: Number(fd) }, done));

// GET from an address of its own, so that rate limits do not bite; the answer's head.
let visits = 0;
function get(where, headers = {}) {
	visits += 1;
	return new Promise((resolve, reject) => http_request({ socketPath: socket, path: where,
		headers: { Host: new URL(site).host, 'X-Forwarded-For': `10.1.${visits >> 8}.${visits & 255}`, ...headers } },
	(seen) => { seen.resume(); resolve(seen); }).on('error', reject).end());
}

// Begins a sign-in; { cookie, ask }.
async function begin() {
	const begun = await get('/auth/telegram');
	return { cookie: begun.headers['set-cookie'][0].split(';')[0], ask: Object.fromEntries(new URL(begun.headers.location).searchParams) };
}

// Comes back to the site; [status, whether a session was opened].
async function finish({ cookie, ask }, code = 'the-code') {
	const back = await get(`/auth/telegram/callback?state=${ask.state}&code=${code}`, { Cookie: cookie });
	return [back.statusCode, (back.headers['set-cookie'] ?? []).some((one) => one.startsWith('session='))];
}

const now = () => Math.floor(Date.now() / 1000);
const claims = (ask, more = {}) => ({ iss: base, aud: CLIENT, sub: 'abc', iat: now(), exp: now() + 600, nonce: ask.nonce, id: PERSON, name: 'Jo', ...more });
const sign = (payload, header = { alg: 'RS256', kid: 'rsa' }, key = rsa.privateKey) => new jose.CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader(header).sign(key);
const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// One sign-in whose id token make(ask) gives; what the site did.
async function with_token(make) {
	const begun = await begin();
	answer = async () => [200, { access_token: 'x', token_type: 'Bearer', id_token: await make(begun.ask) }];
	return finish(begun);
}

async function good(name, make) {
	const seen = await with_token(make);
	ok(seen[0] === 303 && seen[1], `let in: ${name}`, seen);
}

async function refused(name, make, status = 403) {
	const seen = await with_token(make);
	ok(seen[0] === status && !seen[1], `refused: ${name}`, seen);
}

const flipped = (token, at) => { const parts = token.split('.'); const raw = Buffer.from(parts[at], 'base64url'); raw[raw.length >> 1] ^= 1; parts[at] = raw.toString('base64url'); return parts.join('.'); };

keysDown = true;
await refused('a token whose key cannot be asked for', (ask) => sign(claims(ask)), 503);
keysDown = false;
keysAsked = 0;
await good('RS256', (ask) => sign(claims(ask)));
await good('ES256', (ask) => sign(claims(ask), { alg: 'ES256', kid: 'ec' }, ec.privateKey));
await good('a key that names no algorithm, by its type', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'bare' }));
await good('aud as a list of one', (ask) => sign(claims(ask, { aud: [CLIENT] })));
await good('aud as a number', (ask) => sign(claims(ask, { aud: Number(CLIENT) })));
await good('the number as text', (ask) => sign(claims(ask, { id: String(PERSON) })));
ok(keysAsked === 1, 'the keys were asked for once', keysAsked);

const { headers, form } = asked;
ok(headers.authorization === `Basic ${Buffer.from(`${CLIENT}:telegram-client-harness`).toString('base64')}`, 'the secret goes by Basic', headers.authorization);
ok(form.grant_type === 'authorization_code' && form.code === 'the-code' && form.redirect_uri === `${site}/auth/telegram/callback`, 'the code goes by form', form);
{
	const begun = await begin();
	answer = async (seen) => [200, { id_token: await sign(claims(begun.ask)), seen }];
	await finish(begun);
	ok(createHash('sha256').update(asked.form.code_verifier).digest('base64url') === begun.ask.code_challenge, 'the verifier is what the challenge was made of', asked.form);
}

await refused('alg none', (ask) => `${b64({ alg: 'none', kid: 'rsa' })}.${b64(claims(ask))}.`);
await refused('alg none in capitals', (ask) => `${b64({ alg: 'NONE', kid: 'rsa' })}.${b64(claims(ask))}.`);
await refused('no alg', (ask) => `${b64({ kid: 'rsa' })}.${b64(claims(ask))}.`);
const pem = await jose.exportSPKI(rsa.publicKey);
for (const [kid, secret] of [['rsa', pem], ['rsa', 'telegram-client-harness'], ['oct', Buffer.from('c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', 'base64url')]])
	await refused(`HS256 with a public value as its key, kid ${kid}`, (ask) => { const text = `${b64({ alg: 'HS256', kid })}.${b64(claims(ask))}`; return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`; });
await refused('RS256 with an EC key', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'ec' }));
await refused('ES256 with an RSA key', (ask) => sign(claims(ask), { alg: 'ES256', kid: 'rsa' }, ec.privateKey));
await refused('PS256', (ask) => sign(claims(ask), { alg: 'PS256', kid: 'rsa' }, rsa.privateKey));
await refused('RS512', (ask) => sign(claims(ask), { alg: 'RS512', kid: 'bare' }, rsa.privateKey));
await refused('a key made for PS256', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'ps' }));
await refused('a key made for encryption', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'enc' }));
await refused('ES384', (ask) => sign(claims(ask), { alg: 'ES384', kid: 'ec384' }, ec384.privateKey));
await refused('ES256 with a P-384 key', (ask) => sign(claims(ask), { alg: 'ES256', kid: 'ec384' }, ec.privateKey));
await refused('EdDSA', (ask) => sign(claims(ask), { alg: 'EdDSA', kid: 'ed' }, ed.privateKey));
await refused('a key of 1024 bits', async (ask) => { const text = `${b64({ alg: 'RS256', kid: 'weak' })}.${b64(claims(ask))}`; const { createSign } = await import('node:crypto'); return `${text}.${createSign('sha256').update(text).sign(weak.privateKey).toString('base64url')}`; });
await refused('a point that is not on the curve', (ask) => sign(claims(ask), { alg: 'ES256', kid: 'off' }, ec.privateKey));
await refused('a key without parts', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'empty' }));
await refused('an exponent of one', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'one' }));
await refused("somebody else's key under our name", (ask) => sign(claims(ask), { alg: 'RS256', kid: 'rsa' }, rsaOther.privateKey));
await refused('an unknown key', (ask) => sign(claims(ask), { alg: 'RS256', kid: 'unknown' }));
await refused('no kid', (ask) => sign(claims(ask), { alg: 'RS256' }));
await refused('a key in the header', async (ask) => sign(claims(ask), { alg: 'RS256', jwk: await jwk(rsaOther.publicKey) }, rsaOther.privateKey));
await refused('crit', (ask) => `${b64({ alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 })}.${b64(claims(ask))}.AAAA`);
for (const [at, what] of [[0, 'header'], [1, 'claims'], [2, 'signature']]) {
	await refused(`a changed ${what}, RS256`, async (ask) => flipped(await sign(claims(ask)), at));
	await refused(`a changed ${what}, ES256`, async (ask) => flipped(await sign(claims(ask), { alg: 'ES256', kid: 'ec' }, ec.privateKey), at));
}
await refused('an ES256 signature of zeros', async (ask) => `${(await sign(claims(ask), { alg: 'ES256', kid: 'ec' }, ec.privateKey)).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`);
await refused('an ES256 signature in DER', async (ask) => { const text = `${b64({ alg: 'ES256', kid: 'ec' })}.${b64(claims(ask))}`; const { createSign } = await import('node:crypto'); return `${text}.${createSign('sha256').update(text).sign(ec.privateKey).toString('base64url')}`; });
await refused('another issuer', (ask) => sign(claims(ask, { iss: 'https://oauth.telegram.org' })));
await refused('no issuer', (ask) => sign(claims(ask, { iss: undefined })));
await refused('another audience', (ask) => sign(claims(ask, { aud: '5' })));
await refused('an audience besides ours', (ask) => sign(claims(ask, { aud: [CLIENT, '5'] })));
await refused('no audience', (ask) => sign(claims(ask, { aud: undefined })));
await refused('another nonce', (ask) => sign(claims(ask, { nonce: 'x' })));
await refused('no nonce', (ask) => sign(claims(ask, { nonce: undefined })));
await refused('expired', (ask) => sign(claims(ask, { exp: now() - 61 })), 410);
await refused('made in the future', (ask) => sign(claims(ask, { iat: now() + 120 })), 410);
await refused('made long ago', (ask) => sign(claims(ask, { iat: now() - 700 })), 410);
await refused('exp that is no number', (ask) => sign(claims(ask, { exp: 'tomorrow' })));
await refused('no exp', (ask) => sign(claims(ask, { exp: undefined })));
await refused('no iat', (ask) => sign(claims(ask, { iat: undefined })));
for (const id of [undefined, null, 0, -5, 1.5, 1e300, 'abc', '07', '', [PERSON], { a: 1 }, true])
	await refused(`the number ${JSON.stringify(id)}`, (ask) => sign(claims(ask, { id, sub: String(PERSON) })));
for (const odd of ['', 'x', 'a.b', 'a.b.c', '....', 'x'.repeat(20000), 7, null, `${b64('[]')}.${b64('[]')}.AAAA`])
	await refused(`a token that is none: ${String(JSON.stringify(odd)).slice(0, 20)}`, () => odd);
await refused('claims that are no object', async () => sign([1]));
await refused('claims that are no JSON', () => new jose.CompactSign(Buffer.from('{"a":')).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey));

const asks = keysAsked;
for (let i = 0; i < 5; i++)
	await refused('again an unknown key', (ask) => sign(claims(ask), { alg: 'RS256', kid: `unknown${i}` }));
ok(keysAsked === asks && asks <= 2, 'unknown keys do not make us ask again and again', [asks, keysAsked]);

// The provider itself.
async function exchange(name, status, say) {
	const begun = await begin();
	answer = say;
	const seen = await finish(begun);
	ok(seen[0] === status && !seen[1], name, seen);
	return begun;
}
await exchange('a code that is refused', 403, () => [400, { error: 'invalid_grant' }]);
await exchange('a secret that is refused', 503, () => [401, { error: 'invalid_client' }]);
const waiting = await exchange('a provider that fails', 503, () => [500, 'oops']);
await exchange('one that is busy', 503, () => [429, {}]);
await exchange('one that answers with a page', 503, () => [200, '<html>']);
await exchange('one that gives no id token', 403, () => [200, { access_token: 'x' }]);
answer = async () => [200, { id_token: await sign(claims(waiting.ask)) }];
const again = await finish(waiting);
ok(again[0] === 303 && again[1], 'who loads the page again when it is back is let in', again);
ok((await finish(waiting))[0] === 410, 'once');

server.closeAllConnections();
server.close();
console.log(`1..${count}`);
process.exitCode = failures ? 1 : 0;
