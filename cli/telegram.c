/* SPDX-License-Identifier: MIT */
/* gatehouse telegram: tells Telegram where updates go and which commands there are,
 * and what it says of the bot. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/conf.h"
#include "common/fetch.h"
#include "common/json.h"

#define API_BASE "https://api.telegram.org"

/* What core.telegram_apply() understands. */
#define ALLOWED_UPDATES "[\"message\",\"callback_query\",\"my_chat_member\"]"

/* The token stands in the address, so it must mean nothing else there, and it must
 * not travel in the clear but to this very machine. */
static int
bot_address(struct cli *c, const char **out)
{
	const char *token = conf_get(c->conf, "TELEGRAM_BOT_TOKEN");
	const char *base = conf_get(c->conf, "TELEGRAM_API_BASE");

	if (base == NULL)
		base = API_BASE;
	if (token == NULL)
		return err_set(&c->err, E_NOT_CONFIGURED, "TELEGRAM_BOT_TOKEN is not set");
	if (strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-") !=
	    strlen(token) || (strncmp(base, "https://", 8) != 0 &&
	    strncmp(base, "http://127.0.0.1:", 17) != 0))
		return err_set(&c->err, E_NOT_CONFIGURED,
		    "TELEGRAM_BOT_TOKEN or TELEGRAM_API_BASE is not fit to be used");
	*out = arena_printf(c->arena, "%s/bot%s", base, token);
	return 0;
}

/* One call of the Bot API; *result is its result, body JSON.  The reason of a
 * failure is in c->err, without the address, which holds the token. */
static int
bot_call(struct cli *c, const char *method, const char *body, struct json_object **result)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct fetch_request q = { .method = "POST", .headers = headers,
		.body = { body, strlen(body) }, .retries = 2, .idempotent = true };
	struct json_object *answer;
	struct fetch_result r;
	struct err why = { 0 };
	const char *address = NULL, *description;
	bool ok = false;
	int rc = bot_address(c, &address);

	if (rc < 0)
		return rc;
	q.url = arena_printf(c->arena, "%s/%s", address, method);
	if (fetch(c->arena, &q, &r, &why) < 0 ||
	    json_parse(c->arena, r.body.p, r.body.n, JSON_DEPTH, &answer, &why) < 0)
		return err_set(&c->err, E_UNAVAILABLE, "%s: Telegram does not answer", method);
	description = json_text(answer, "description");
	if (json_truth(answer, "ok", &ok) != 1 || !ok)
		return err_set(&c->err, E_UNAVAILABLE, "%s: %ld %s", method, r.status,
		    description == NULL ? "" : description);
	*result = json_member(answer, "result");
	return 0;
}

/* The webhook's parameters as JSON, or NULL with c->err set. */
static const char *
webhook_body(struct cli *c)
{
	const char *base = conf_get(c->conf, "PUBLIC_URL");
	const char *secret = conf_get(c->conf, "TELEGRAM_WEBHOOK_SECRET");
	size_t n = base == NULL ? 0 : strlen(base);
	struct buf b;

	if (base == NULL || secret == NULL) {
		err_set(&c->err, E_NOT_CONFIGURED, "%s is not set",
		    base == NULL ? "PUBLIC_URL" : "TELEGRAM_WEBHOOK_SECRET");
		return NULL;
	}
	n -= base[n - 1] == '/';
	buf_init(&b, c->arena);
	buf_str(&b, "{\"url\":");
	buf_json(&b, arena_printf(c->arena, "%.*s/telegram/webhook", (int)n, base));
	buf_str(&b, ",\"secret_token\":");
	buf_json(&b, secret);
	buf_str(&b, ",\"allowed_updates\":" ALLOWED_UPDATES "}");
	return buf_text(&b);
}

/* The menu in each language; whoever has none of them reads English. */
static int
commands_set(struct cli *c)
{
	static const char *const languages[] = { "", "en", "es", "ru" };
	const char *bodies[COUNT(languages)];
	struct json_object *ignored;
	int rc = telegram_menu(c, languages, COUNT(languages), bodies);

	for (size_t i = 0; i < COUNT(languages) && rc == 0; i++)
		rc = bot_call(c, "setMyCommands", bodies[i], &ignored);
	return rc;
}

int
telegram_set_webhook(struct cli *c, int argc, char **argv)
{
	struct json_object *ignored, *info;
	const char *body;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	body = webhook_body(c);
	rc = body == NULL ? c->err.code : bot_call(c, "setWebhook", body, &ignored);
	if (rc == 0)
		rc = commands_set(c);
	if (rc == 0)
		rc = bot_call(c, "getWebhookInfo", "{}", &info);
	if (rc == 0)
		printf("Telegram sends updates to %s\n", json_text(info, "url"));
	return rc;
}

/* The day and time of a member in unix seconds, "" when there is none. */
static const char *
moment(struct cli *c, const struct json_object *o, const char *name)
{
	char text[32] = "";
	int64_t seconds;
	struct tm tm;
	time_t t;

	if (json_int64(o, name, &seconds) != 1)
		return "";
	t = (time_t)seconds;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm);
	return arena_strdup(c->arena, text);
}

static void
info_print(struct cli *c, const struct json_object *bot, const struct json_object *hook)
{
	const char *url = json_text(hook, "url"), *fault = json_text(hook, "last_error_message");
	struct json_object *kinds = json_member(hook, "allowed_updates");
	int64_t pending = 0;

	json_int64(hook, "pending_update_count", &pending);
	printf("bot: @%s (%s)\n", json_text(bot, "username"), json_text(bot, "first_name"));
	printf("webhook: %s\n", url == NULL || *url == '\0' ? "none" : url);
	printf("updates: %s\n", kinds == NULL ? "Telegram's default" : json_write(c->arena, kinds));
	printf("waiting: %lld\n", (long long)pending);
	if (fault != NULL)
		printf("last failure: %s: %s\n", moment(c, hook, "last_error_date"), fault);
}

int
telegram_info(struct cli *c, int argc, char **argv)
{
	struct json_object *bot, *hook;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = bot_call(c, "getMe", "{}", &bot);
	if (rc == 0)
		rc = bot_call(c, "getWebhookInfo", "{}", &hook);
	if (rc == 0)
		info_print(c, bot, hook);
	return rc;
}
