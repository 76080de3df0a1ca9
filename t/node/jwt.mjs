// SPDX-License-Identifier: MIT
// node jwt.mjs SECRET: good and hostile tokens as JSON, each judged by jsonwebtoken
// and jose as well: [{name, token, accept, judges: {jsonwebtoken, jose}}].  stricter
// marks what we refuse although a judge lets it pass, and why.
import { createHmac } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import * as jose from 'jose';

const secret = process.argv[2];
const key = new TextEncoder().encode(secret);
const now = Math.floor(Date.now() / 1000);
const header = { alg: 'HS256', typ: 'JWT' };
const claims = { sub: 'jwt-judge', role: 'authenticated', aud: 'authenticated', iat: now, exp: now + 3600 };

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// A token of that header and claims (objects, or texts as they are).
function token(h, c, { hash = 'sha256', by = secret } = {}) {
	const signed = `${encode(h)}.${encode(c)}`;
	return `${signed}.${createHmac(hash, by).update(signed).digest('base64url')}`;
}

const good = token(header, claims);
const [head, body, mac] = good.split('.');
const swapped = encode({ ...claims, sub: 'somebody-else' });
const without = (name) => Object.fromEntries(Object.entries(claims).filter(([k]) => k !== name));

const accepted = {
	'signed by jsonwebtoken': jsonwebtoken.sign(without('iat'), secret, { algorithm: 'HS256' }),
	'signed by jose': await new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key),
	'signed by node': good,
	'without typ': token({ alg: 'HS256' }, claims),
	'with a key id, which nobody looks up': token({ ...header, kid: '../../etc/passwd' }, claims),
	'with a key of its own, which nobody uses': token({ ...header, jwk: { kty: 'oct', k: 'AAAA' } }, claims),
	'with several audiences': token(header, { ...claims, aud: ['authenticated', 'x'] }),
	'with a subject beyond ASCII': token(header, { ...claims, sub: 'пользователь 😀' }),
	'with a subject of 255 bytes': token(header, { ...claims, sub: 's'.repeat(255) }),
	'valid since now': token(header, { ...claims, nbf: now - 1 }),
	'with a fraction of a second': token(header, { ...claims, exp: now + 3600.5 }),
};

const refused = {
	'unsecured by jose': new jose.UnsecuredJWT(claims).encode(),
	'alg none with the signature': token({ ...header, alg: 'none' }, claims),
	'alg None': token({ ...header, alg: 'None' }, claims),
	'alg hs256': token({ ...header, alg: 'hs256' }, claims),
	'alg RS256 over an HMAC': token({ ...header, alg: 'RS256' }, claims),
	'HS512': jsonwebtoken.sign(claims, secret, { algorithm: 'HS512' }),
	'HS384': jsonwebtoken.sign(claims, secret, { algorithm: 'HS384' }),
	'header says HS256, signed with SHA-512': token(header, claims, { hash: 'sha512' }),
	'of another secret': token(header, claims, { by: `${secret}x` }),
	'of an empty secret': token(header, claims, { by: '' }),
	'of the secret in capitals': token(header, claims, { by: secret.toUpperCase() }),
	'signature cut off': `${head}.${body}.`,
	'signature missing': `${head}.${body}`,
	'signature of half the length': `${head}.${body}.${mac.slice(0, 20)}`,
	'claims exchanged': `${head}.${swapped}.${mac}`,
	'header exchanged': `${encode({ alg: 'HS256' })}.${body}.${mac}`,
	'four segments': `${good}.${mac}`,
	'five segments': `${head}.${body}.${mac}.${body}.${mac}`,
	'only dots': '..',
	'nonsense': 'nonsense',
	'a number': '0',
	'expired': token(header, { ...claims, exp: now - 3600 }),
	'not valid yet': token(header, { ...claims, nbf: now + 3600 }),
	'exp as text': token(header, { ...claims, exp: String(now + 3600) }),
	'claims that are no JSON': token(header, '{"sub":'),
};

// What RFC 7515 and 7519 or our contract refuse though one of the judges does not.
const stricter = {
	'crit': [token({ ...header, crit: ['exp'] }, claims), 'RFC 7515 4.1.11'],
	'crit of an unknown name': [token({ ...header, crit: ['x'], x: 1 }, claims), 'RFC 7515 4.1.11'],
	'without exp': [token(header, without('exp')), 'a token must end'],
	'without sub': [token(header, without('sub')), 'a token must name a person'],
	'empty sub': [token(header, { ...claims, sub: '' }), 'a token must name a person'],
	'sub a number': [token(header, { ...claims, sub: 7 }), 'StringOrURI'],
	'sub of 256 bytes': [token(header, { ...claims, sub: 's'.repeat(256) }), 'limit'],
	'sub twice': [token(header, JSON.stringify(claims).replace('{', '{"sub":"admin",')), 'RFC 7519 4: unique'],
	'alg twice': [token('{"alg":"none","alg":"HS256"}', claims), 'RFC 7515 4: unique'],
	'claims that are a list': [token(header, '[]'), 'RFC 7519 7.2'],
	'padding': [`${good}=`, 'RFC 7515 2: no padding'],
	'other spelling of the last digit': [good.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
		.at('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(good.at(-1)) | 1), 'canonical'],
	'too long': [token(header, { ...claims, x: 'x'.repeat(5000) }), 'limit'],
	'typ of something else': [token({ ...header, typ: 'at+jwt' }, claims), 'not a token of ours'],
};

async function judge(text) {
	const verdict = { jsonwebtoken: true, jose: true };
	try {
		jsonwebtoken.verify(text, secret, { algorithms: ['HS256'] });
	} catch {
		verdict.jsonwebtoken = false;
	}
	await jose.jwtVerify(text, key, { algorithms: ['HS256'] }).catch(() => { verdict.jose = false; });
	return verdict;
}

const rows = [];
for (const [name, text] of Object.entries(accepted))
	rows.push({ name, token: text, accept: true, judges: await judge(text) });
for (const [name, text] of Object.entries(refused))
	rows.push({ name, token: text, accept: false, judges: await judge(text) });
for (const [name, [text, why]] of Object.entries(stricter))
	rows.push({ name: `${name} (${why})`, token: text, accept: false, stricter: true, judges: await judge(text) });
console.log(JSON.stringify(rows));
