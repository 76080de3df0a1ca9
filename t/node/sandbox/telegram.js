// SPDX-License-Identifier: MIT
// Telegram as grammy and telegraf see it: calls, errors, limits, updates, sign-in.
'use strict';
const http = require('node:http');
const path = require('node:path');
const { createHash, createHmac } = require('node:crypto');
const { Bot, GrammyError, InlineKeyboard, webhookCallback } = require('grammy');
const { Telegraf, TelegramError } = require('telegraf');
const jose = require('jose');
const { AuthDataValidator } = require('@telegram-auth/server');
const { ok, is, until, run } = require('./tap.js');
const { ORIGIN, TOKEN, form, request, start, stop } = require('./harness.js');

const BASE = `${ORIGIN}/sandbox/telegram`;
const OIDC = `${ORIGIN}/sandbox/telegram-oidc`;
const HOOK = path.join(process.env.JUDGE_DIR, 'telegram.sock');
const SECRET = 'judge_secret-1';
const bot = new Bot(TOKEN, { client: { apiRoot: BASE } });
const telegraf = new Telegraf(TOKEN, { telegram: { apiRoot: `${BASE}/` } });
let server;

// control(action, parameters): an action of the sandbox's Telegram; its result.
async function control(action, parameters = {}) {
	const answer = await request('POST', '/sandbox/telegram/control', JSON.stringify({ action, ...parameters }), { 'Content-Type': 'application/json' });
	if (answer.status !== 200)
		throw new Error(`${action}: ${answer.text}`);
	return JSON.parse(answer.text).result;
}
const look = async (what) => JSON.parse((await request('GET', `/sandbox/telegram/control${what}`)).text);

// fails(promise, code, text, name): both libraries read the same error from it.
async function fails(promise, code, text, name) {
	const error = await promise.then((value) => ({ value }), (reason) => reason);
	const known = error instanceof GrammyError || error instanceof TelegramError;
	const got = error instanceof TelegramError ? error.response : error;
	ok(known && got.error_code === code && got.description === text, name, error.message ?? error);
	return got;
}

async function calls() {
	const me = await bot.api.getMe();
	is([me.id, me.is_bot, me.username], [110201543, true, 'judge_bot'], 'getMe');
	is((await telegraf.telegram.getMe()).id, me.id, 'telegraf agrees');
	const anna = await control('person', { first_name: 'Anna', username: 'anna', language_code: 'ru' });
	ok(anna.id > 2 ** 32, 'numbers of people are longer than 32 bits', anna.id);
	await fails(bot.api.sendMessage(1, 'x'), 400, 'Bad Request: chat not found', 'an unknown chat');
	await fails(bot.api.sendMessage(anna.id, 'x'), 403, "Forbidden: bot can't initiate conversation with a user", 'who has not pressed Start');
	await control('say', { person: anna.id, text: '/start' });
	const sent = await bot.api.sendMessage(anna.id, '<b>é😀</b> &amp; <a href="https://x.example/">link</a>', { parse_mode: 'HTML',
		reply_markup: new InlineKeyboard().text('yes', 'y').url('see', 'https://x.example/') });
	is([sent.text, sent.entities.map((e) => [e.type, e.offset, e.length])], ['é😀 & link', [['bold', 0, 3], ['text_link', 6, 4]]], 'entities count UTF-16 code units');
	is(sent.chat, { id: anna.id, first_name: 'Anna', username: 'anna', type: 'private' }, 'the chat is the person');
	is((await telegraf.telegram.sendMessage(anna.id, 'two')).message_id, sent.message_id + 1, 'messages are numbered');
	const edited = await bot.api.editMessageText(anna.id, sent.message_id, 'changed');
	ok(edited.text === 'changed' && edited.edit_date && !edited.reply_markup, 'editMessageText', edited);
	await fails(bot.api.editMessageText(anna.id, sent.message_id, 'changed'), 400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message', 'an edit that changes nothing');
	is(await bot.api.deleteMessage(anna.id, sent.message_id), true, 'deleteMessage');
	await fails(telegraf.telegram.deleteMessage(anna.id, sent.message_id), 400, 'Bad Request: message to delete not found', 'twice');
	await fails(bot.api.sendMessage(anna.id, ' '), 400, 'Bad Request: message text is empty', 'no text');
	await fails(bot.api.sendMessage(anna.id, 'x'.repeat(4097)), 400, 'Bad Request: message is too long', 'too much text');
	await fails(bot.api.sendMessage(anna.id, '<x>', { parse_mode: 'HTML' }), 400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0", 'an unknown tag');
	await fails(bot.api.sendMessage(anna.id, 'x', { reply_markup: new InlineKeyboard().text('a', 'x'.repeat(65)) }), 400, 'Bad Request: BUTTON_DATA_INVALID', 'a button with too much data');
	is(await bot.api.setMyCommands([{ command: 'help', description: 'Help' }], { language_code: 'ru' }), true, 'setMyCommands');
	is(await bot.api.getMyCommands({ language_code: 'ru' }), [{ command: 'help', description: 'Help' }], 'getMyCommands');
	is(await bot.api.getMyCommands(), [], 'by language');
	await control('block', { person: anna.id });
	await fails(bot.api.sendMessage(anna.id, 'x'), 403, 'Forbidden: bot was blocked by the user', 'who has blocked the bot');
	await fails(telegraf.telegram.sendMessage(anna.id, 'x'), 403, 'Forbidden: bot was blocked by the user', 'the same by telegraf');
	await control('unblock', { person: anna.id });
	return anna;
}

async function tokens() {
	await fails(new Bot(`${TOKEN}x`, { client: { apiRoot: BASE } }).api.getMe(), 401, 'Unauthorized', 'another token');
	await fails(new Bot('nonsense', { client: { apiRoot: BASE } }).api.getMe(), 404, 'Not Found', 'no token');
	await fails(bot.api.raw.getStickerSet({ name: 'x' }), 404, 'Not Found', 'a method that is not there');
}

async function limits(anna) {
	await control('settings', { pace: 1 });
	const both = await Promise.allSettled([bot.api.sendMessage(anna.id, '1'), bot.api.sendMessage(anna.id, '2')]);
	const refused = both.find((one) => one.status === 'rejected').reason;
	is([both.filter((one) => one.status === 'fulfilled').length, refused.error_code, refused.parameters], [1, 429, { retry_after: 1 }], 'one message a second in a chat');
	const many = await Promise.all(Array.from({ length: 40 }, (unused, i) => control('person', { first_name: `P${i}` })));
	for (const one of many)
		await control('say', { person: one.id, text: '/start' });
	const all = await Promise.allSettled(many.map((one) => bot.api.sendMessage(one.id, 'x')));
	const through = all.filter((one) => one.status === 'fulfilled').length;
	ok(through >= 29 && through <= 30, 'thirty a second over all', through);
	await control('settings', { pace: 0 });
	await control('fail', { mode: '429', seconds: 7, match: 'sendMessage' });
	is((await fails(bot.api.sendMessage(anna.id, 'x'), 429, 'Too Many Requests: retry after 7', 'a limit on request')).parameters, { retry_after: 7 }, 'with its seconds');
	await control('fail', { mode: '500' });
	await fails(bot.api.getMe(), 500, 'Internal Server Error', 'a failure on request');
	await control('fail', { mode: 'lost', match: 'sendMessage' });
	const before = (await look(`/messages?chat=${anna.id}`)).messages.length;
	ok((await bot.api.sendMessage(anna.id, 'lost').catch((error) => error)) instanceof Error, 'a lost answer');
	is((await look(`/messages?chat=${anna.id}`)).messages.length, before + 1, 'to a call that was done');
}

async function updates(anna) {
	const seen = [];
	let status = 200;
	bot.on('message:text', (context) => seen.push(['message', context.msg.text, context.update.update_id]));
	bot.on('callback_query:data', async (context) => { seen.push(['tap', context.callbackQuery.data, context.update.update_id]); await context.answerCallbackQuery('thanks'); });
	bot.on('my_chat_member', (context) => seen.push(['member', context.myChatMember.new_chat_member.status, context.update.update_id]));
	const handle = webhookCallback(bot, 'http', { secretToken: SECRET });
	server = http.createServer((call, answer) => (status === 200 ? handle(call, answer) : (call.resume(), answer.writeHead(status).end()))).listen(HOOK);
	await control('settings', { retry_base: 0.05 });
	const url = `http+unix://${encodeURIComponent(HOOK)}/hook`;
	await fails(bot.api.setWebhook('http://x.example/'), 400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook', 'a webhook needs TLS');
	await fails(bot.api.setWebhook(url, { secret_token: 'a b' }), 400, 'Bad Request: secret token contains unallowed characters', 'a secret has few characters');
	is(await bot.api.setWebhook(url, { secret_token: SECRET, allowed_updates: ['message', 'callback_query', 'my_chat_member'], drop_pending_updates: true }), true, 'setWebhook');
	await fails(bot.api.getUpdates(), 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 'then nothing is fetched');
	await control('say', { person: anna.id, text: 'привет' });
	await until(() => seen.length === 1, 'the message arrives');
	const sent = await bot.api.sendMessage(anna.id, 'tap', { reply_markup: new InlineKeyboard().text('yes', 'y') });
	await control('tap', { person: anna.id, message: sent.message_id, data: 'y' });
	await control('block', { person: anna.id });
	await control('say', { person: anna.id, text: 'back' });
	await until(() => seen.length === 5, 'all arrive');
	is(seen.map((one) => one.slice(0, 2)), [['message', 'привет'], ['tap', 'y'], ['member', 'kicked'], ['member', 'member'], ['message', 'back']], 'in their order, with the secret');
	ok(seen.every((one, i) => i === 0 || one[2] === seen[i - 1][2] + 1), 'their numbers grow one by one', seen);
	status = 503;
	await control('say', { person: anna.id, text: 'late' });
	const info = await until(async () => { const now = await bot.api.getWebhookInfo(); return now.last_error_message ? now : null; }, 'the failure is told');
	is([info.pending_update_count, info.last_error_message, info.allowed_updates.length], [1, 'Wrong response from the webhook: 503 Service Unavailable', 3], 'getWebhookInfo tells of it');
	await stop('SIGKILL');
	start();
	await until(() => request('GET', '/sandbox/healthz').then((answer) => answer.status === 200, () => false), 'it is back');
	status = 200;
	await until(() => seen.length === 6, 'it arrives after all');
	is(seen[5][1], 'late', 'also after a kill');
	await control('resend', { update_id: seen[5][2], times: 2 });
	await until(() => seen.length === 8, 'it comes again');
	is(seen.slice(6).map((one) => one[2]), [seen[5][2], seen[5][2]], 'with the same number');
	const group = await control('group', { title: 'G', people: [anna.id] });
	await control('say', { person: anna.id, chat: group.id, text: 'not for the bot' });
	await control('say', { person: anna.id, chat: group.id, text: '/help@judge_bot' });
	await until(() => seen.length === 10, 'the group is heard');
	is(seen.slice(8).map((one) => one[1]), ['member', '/help@judge_bot'], 'commands only');
	is(await bot.api.deleteWebhook(), true, 'deleteWebhook');
	await control('say', { person: anna.id, text: 'fetched' });
	const [fetched] = await bot.api.getUpdates();
	is(fetched.message.text, 'fetched', 'getUpdates');
	is(await bot.api.getUpdates({ offset: fetched.update_id + 1 }), [], 'forgets what was seen');
}

// One way through the provider; what is asked can be changed.
async function sign_in(person, ask = {}, exchange = {}) {
	const verifier = 'v'.repeat(50);
	const asked = { client_id: '110201543', redirect_uri: `${ORIGIN}/back`, response_type: 'code', scope: 'openid profile', state: 's1', nonce: 'n1',
		code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...ask };
	const agreed = await form('/sandbox/telegram-oidc/auth', { ...asked, person });
	if (agreed.status !== 303)
		return agreed;
	const back = new URL(agreed.headers.location).searchParams;
	const secret = exchange.secret ?? 'judge-secret';
	const answer = await request('POST', '/sandbox/telegram-oidc/token', new URLSearchParams({ grant_type: 'authorization_code', code: exchange.code ?? back.get('code'),
		redirect_uri: asked.redirect_uri, code_verifier: exchange.verifier ?? verifier }).toString(),
	{ 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${Buffer.from(`110201543:${secret}`).toString('base64')}` });
	return { status: answer.status, body: JSON.parse(answer.text), code: back.get('code'), state: back.get('state') };
}

async function provider(anna) {
	const about = JSON.parse((await request('GET', '/sandbox/telegram-oidc/.well-known/openid-configuration')).text);
	is([about.issuer, about.jwks_uri], [OIDC, `${OIDC}/.well-known/jwks.json`], 'discovery');
	const keys = jose.createRemoteJWKSet(new URL(about.jwks_uri));
	for (const alg of ['RS256', 'ES256']) {
		await control('settings', { alg });
		const { body, state } = await sign_in(anna.id);
		const { payload, protectedHeader } = await jose.jwtVerify(body.id_token, keys, { issuer: OIDC, audience: '110201543', algorithms: [alg] });
		is([protectedHeader.alg, state, payload.nonce, payload.id, payload.name], [alg, 's1', 'n1', anna.id, 'Anna'], `an id token, ${alg}, as jose verifies it`);
		ok(payload.sub !== String(anna.id) && payload.exp > payload.iat, 'sub is not the number at Telegram', payload);
	}
	await control('settings', { alg: 'RS256' });
	const used = await sign_in(anna.id);
	is([(await sign_in(anna.id, {}, { code: used.code })).body, (await sign_in(anna.id, {}, { verifier: 'w'.repeat(50) })).body, (await sign_in(anna.id, {}, { secret: 'x' })).body],
		[{ error: 'invalid_grant' }, { error: 'invalid_grant' }, { error: 'invalid_client' }], 'a used code, another verifier, another secret');
	is(await Promise.all([{ client_id: '1' }, { redirect_uri: 'https://evil.example/' }, { scope: 'profile' }, { code_challenge_method: 'plain' }].map((ask) => sign_in(anna.id, ask).then((one) => one.status))),
		[400, 400, 400, 400], 'what is asked wrongly is refused');
	ok(!('id' in jose.decodeJwt((await sign_in(anna.id, { scope: 'openid' })).body.id_token)), 'the number comes with the scope profile only');
}

async function widget() {
	const html = (await request('GET', '/sandbox/telegram/widget')).text;
	const fields = [...html.split('<form')[1].matchAll(/name="(\w+)" value="([^"]*)"/g)].map((match) => [match[1], match[2]]);
	const user = await new AuthDataValidator({ botToken: TOKEN }).validate(new Map(fields));
	is(user.first_name, 'Anna', 'the fields of the login widget are as @telegram-auth/server wants them');
	const check = fields.filter(([name]) => name !== 'hash').map(([name, value]) => `${name}=${value}`).sort().join('\n');
	is(createHmac('sha256', createHash('sha256').update(TOKEN).digest()).update(check).digest('hex'), Object.fromEntries(fields).hash, 'and as the formula has them');
}

run(async () => {
	start();
	await until(() => request('GET', '/sandbox/healthz').then((answer) => answer.status === 200, () => false), 'it listens');
	const anna = await calls();
	await tokens();
	await limits(anna);
	await updates(anna);
	await provider(anna);
	await widget();
}, async () => {
	server?.closeAllConnections?.();
	server?.close();
	await stop();
});
