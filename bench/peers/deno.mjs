// SPDX-License-Identifier: MIT
// The meter's endpoint in Deno: its own server and the package postgres, one process
// of several on the same port, one transaction per request: at /functions/v1/credit-meter
// the bare debit of peers.sql, at /same/… the SQL function that Gatehouse's own meter calls.
//   DATABASE_URL SERVICE_KEY PORT POOL
import { createHash, timingSafeEqual } from 'node:crypto';
import postgres from 'postgres';

const env = (name) => Deno.env.get(name);
const prices = { chat: 1, image: 5 };
const digest = (text) => createHash('sha256').update(text).digest();
const key = digest('Bearer ' + env('SERVICE_KEY'));
// postgresql:///DATABASE?host=DIRECTORY&user=USER, as ./run env prints it
const part = (pattern) => decodeURIComponent(pattern.exec(env('DATABASE_URL'))?.[1] ?? '');
const sql = postgres({ host: part(/host=([^&]+)/), user: part(/user=(\w+)/),
	database: part(/\/\/\/(\w+)/), max: Number(env('POOL')) });

const refuse = (status, code) => Response.json({ error: { code } }, { status });
const text = (s) => typeof s === 'string' && s.length >= 1 && s.length <= 255;

// The caller is judged in SQL, as ours is.
async function same(request, user_id, agent, quantity, idempotency_key) {
	const token = (request.headers.get('authorization') ?? '').replace(/^Bearer /, '');
	try {
		const [{ answer }] = await sql`select api.credit_meter(${sql.json({ key: digest(token).toString('hex') })}, ${user_id},
			${agent}, ${quantity}, ${idempotency_key}, null) as answer`;
		return Response.json(answer);
	} catch (error) {
		if (!/^GH\d{3}$/.test(error.code))
			throw error;
		return refuse(Number(error.code.slice(2)), error.message);
	}
}

async function meter(request) {
	const path = '/functions/v1/credit-meter', { pathname } = new URL(request.url);
	if (request.method !== 'POST' || pathname !== path && pathname !== '/same' + path)
		return refuse(404, 'not_found');
	if (pathname === path && !timingSafeEqual(digest(request.headers.get('authorization') ?? ''), key))
		return refuse(401, 'unauthorized');
	const { user_id, agent, quantity = 1, idempotency_key } = await request.json();
	if (![user_id, agent, idempotency_key].every(text) || !Number.isInteger(quantity) || quantity < 1 || quantity > 1000000)
		return refuse(422, 'invalid_field');
	if (pathname !== path)
		return same(request, user_id, agent, quantity, idempotency_key);
	if (prices[agent] === undefined)
		return refuse(404, 'unknown_agent');
	const [{ debit }] = await sql`select bench.debit(${user_id}, ${agent}, ${prices[agent] * quantity}, ${idempotency_key})`;
	return debit ? Response.json(debit) : refuse(402, 'insufficient_credits');
}

Deno.serve({ hostname: '127.0.0.1', port: Number(env('PORT')), reusePort: true, onListen: () => {} }, meter);
