// SPDX-License-Identifier: MIT
// The meter's endpoint in Node: fastify and pg, one process per core, each with a
// pool of connections, one transaction per request: at /functions/v1/credit-meter the
// bare debit of peers.sql, at /same/… the SQL function that Gatehouse's own meter calls.
//   DATABASE_URL SERVICE_KEY PORT WORKERS POOL
import cluster from 'node:cluster';
import { createHash, timingSafeEqual } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';

const prices = { chat: 1, image: 5 };
const digest = (text) => createHash('sha256').update(text).digest();

function serve() {
	const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) });
	const key = digest('Bearer ' + process.env.SERVICE_KEY);
	const app = fastify({ logger: false });
	const body = {
		type: 'object',
		required: ['user_id', 'agent', 'idempotency_key'],
		properties: {
			user_id: { type: 'string', minLength: 1, maxLength: 255 },
			agent: { type: 'string', minLength: 1, maxLength: 255 },
			quantity: { type: 'integer', minimum: 1, maximum: 1000000, default: 1 },
			idempotency_key: { type: 'string', minLength: 1, maxLength: 255 },
		},
	};
	app.post('/functions/v1/credit-meter', { schema: { body } }, async (request, reply) => {
		if (!timingSafeEqual(digest(request.headers.authorization ?? ''), key))
			return reply.code(401).send({ error: { code: 'unauthorized' } });
		const { user_id, agent, quantity, idempotency_key } = request.body;
		if (prices[agent] === undefined)
			return reply.code(404).send({ error: { code: 'unknown_agent' } });
		const { rows } = await pool.query({ name: 'debit', text: 'select bench.debit($1, $2, $3, $4)',
			values: [user_id, agent, prices[agent] * quantity, idempotency_key] });
		return rows[0].debit ?? reply.code(402).send({ error: { code: 'insufficient_credits' } });
	});
	app.post('/same/functions/v1/credit-meter', { schema: { body } }, async (request, reply) => {
		const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
		const { user_id, agent, quantity, idempotency_key } = request.body;
		try {
			const { rows } = await pool.query({ name: 'meter', text: 'select api.credit_meter($1, $2, $3, $4, $5, null)',
				values: [JSON.stringify({ key: digest(token).toString('hex') }), user_id, agent, quantity, idempotency_key] });
			return rows[0].credit_meter;
		} catch (error) {
			if (!/^GH\d{3}$/.test(error.code))
				throw error;
			return reply.code(Number(error.code.slice(2))).send({ error: { code: error.message } });
		}
	});
	app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}

if (cluster.isPrimary)
	for (let n = 0; n < Number(process.env.WORKERS); n++)
		cluster.fork();
else
	serve();
