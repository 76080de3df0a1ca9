/* SPDX-License-Identifier: MIT */
/* Telegram's Bot API (core.telegram.org/bots/api).  It knows no idempotency keys:
 * a message is sent at least once. */
#include <json-c/json.h>
#include <string.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/i18n.h"
#include "common/json.h"
#include "common/req.h"
#include "common/template.h"
#include "workers/channel.h"

#define API_BASE "https://api.telegram.org"
#define ATTEMPT_MS 10000
#define ANSWER_BYTES 65536

static const char *token, *base;
static struct template_set *templates;
static struct i18n *languages;

/* ---- settings and pages ----------------------------------------------------- */

/* The token stands in the URL: it may hold nothing that means something there. */
static bool
token_plain(const char *s)
{
	return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-")] == '\0';
}

/* The token of a bot must not travel in the clear, but to a stand-in on this very
 * machine. */
static bool
base_safe(const char *s)
{
	return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://127.0.0.1:", 17) == 0 ||
	    strncmp(s, "http://localhost:", 17) == 0;
}

static int
pages_open(struct arena *a, struct err *e)
{
	const char *dir = setting("GATEHOUSE_DATADIR");

	if (dir == NULL)
		dir = GATEHOUSE_DATADIR;
	languages = i18n_load(arena_printf(a, "%s/locale", dir), e);
	if (languages != NULL)
		templates = template_load(arena_printf(a, "%s/pages/telegram", dir), e);
	return e->code;
}

static int
telegram_open(struct arena *a, const char **digest, struct err *e)
{
	*digest = NULL;
	token = setting("TELEGRAM_BOT_TOKEN");
	base = setting("TELEGRAM_API_BASE");
	if (base == NULL)
		base = API_BASE;
	if (token == NULL)
		return 0;
	if (!token_plain(token) || !base_safe(base))
		return err_set(e, E_NOT_CONFIGURED,
		    "TELEGRAM_BOT_TOKEN or TELEGRAM_API_BASE is not fit to be used");
	*digest = arena_printf(a, "%s %s", base, token);
	return pages_open(a, e);
}

/* ---- messages --------------------------------------------------------------- */

/* What a page says: without the white space around it. */
static int
page_render(struct arena *a, const struct job *j, const char *page, const char **out, struct err *e)
{
	const struct catalogue *language =
	    i18n_pick(languages, NULL, json_text(j->payload, "language"));
	const char *p;
	struct buf b;
	int rc;

	buf_init(&b, a);
	rc = template_render(templates, page, json_member(j->payload, "data"), NULL, language, &b, e);
	if (rc < 0)
		return rc;
	p = buf_text(&b);
	p += strspn(p, " \t\r\n");
	for (b.n = strlen(p); b.n > 0 && strchr(" \t\r\n", p[b.n - 1]) != NULL;)
		b.n--;
	*out = arena_strndup(a, p, b.n);
	return 0;
}

/* Text without the escapes that common/buf.c puts into HTML. */
static const char *
html_plain(struct arena *a, const char *html)
{
	static const struct {
		const char *escape, *text;
	} escapes[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&#39;", "'" } };
	struct buf b;

	buf_init(&b, a);
	while (*html != '\0') {
		size_t i = 0;

		while (i < COUNT(escapes) && strncmp(html, escapes[i].escape, strlen(escapes[i].escape)) != 0)
			i++;
		if (i < COUNT(escapes)) {
			buf_str(&b, escapes[i].text);
			html += strlen(escapes[i].escape);
		} else {
			buf_add(&b, html++, 1);
		}
	}
	return buf_text(&b);
}

/* One inline button: its label is text, or a page of its own. */
static int
button_add(struct arena *a, const struct job *j, const struct json_object *button, struct buf *b,
    struct err *e)
{
	const char *label = json_text(button, "text"), *page = json_text(button, "template");
	const char *url = json_text(button, "url"), *data = json_text(button, "callback_data");
	int rc = 0;

	if (page != NULL) {
		rc = page_render(a, j, page, &label, e);
		label = rc < 0 ? NULL : html_plain(a, label);
	}
	if (rc == 0 && (label == NULL || (url == NULL) == (data == NULL)))
		rc = err_set(e, E_INTERNAL, "a button without label or action");
	if (rc < 0)
		return rc;
	buf_str(b, "{\"text\":");
	buf_json(b, label);
	buf_str(b, url != NULL ? ",\"url\":" : ",\"callback_data\":");
	buf_json(b, url != NULL ? url : data);
	buf_str(b, "}");
	return 0;
}

static int
keyboard_add(struct arena *a, const struct job *j, struct buf *b, struct err *e)
{
	struct json_object *rows = json_member(j->payload, "buttons"), *row;
	int rc = 0;

	if (!json_object_is_type(rows, json_type_array))
		return 0;
	buf_str(b, ",\"reply_markup\":{\"inline_keyboard\":[");
	for (size_t i = 0; rc == 0 && i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (!json_object_is_type(row, json_type_array))
			return err_set(e, E_INTERNAL, "buttons are rows of buttons");
		buf_str(b, i > 0 ? ",[" : "[");
		for (size_t k = 0; rc == 0 && k < json_object_array_length(row); k++) {
			buf_str(b, k > 0 ? "," : "");
			rc = button_add(a, j, json_object_array_get_idx(row, k), b, e);
		}
		buf_str(b, "]");
	}
	buf_str(b, "]}");
	return rc;
}

/* The parameters of sendMessage. */
static int
message_body(struct arena *a, const struct job *j, struct buf *b, struct err *e)
{
	const char *chat = json_text(j->payload, "chat_id"), *page = json_text(j->payload, "template");
	const char *text = json_text(j->payload, "text");
	int rc = page == NULL ? 0 : page_render(a, j, page, &text, e);

	if (rc == 0 && (chat == NULL || text == NULL))
		rc = err_set(e, E_INTERNAL, "a message without chat_id or text");
	if (rc < 0)
		return rc;
	buf_str(b, "{\"chat_id\":");
	buf_json(b, chat);
	buf_str(b, ",\"text\":");
	buf_json(b, text);
	if (page != NULL)
		buf_str(b, ",\"parse_mode\":\"HTML\"");
	buf_str(b, ",\"link_preview_options\":{\"is_disabled\":true}");
	rc = keyboard_add(a, j, b, e);
	buf_str(b, "}");
	return rc;
}

static bool
method_plain(const char *s)
{
	return s != NULL && *s != '\0' &&
	    s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] == '\0';
}

static int
telegram_request(struct arena *a, const struct job *j, struct fetch_request *q, struct err *e)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	const char *method = "sendMessage";
	struct json_object *params;
	struct buf b;
	int rc = 0;

	buf_init(&b, a);
	if (strcmp(j->kind, "telegram_message") == 0) {
		rc = message_body(a, j, &b, e);
	} else {
		method = json_text(j->payload, "method");
		params = json_member(j->payload, "params");
		buf_str(&b, params == NULL ? "{}" : json_write(a, params));
	}
	if (rc == 0 && !method_plain(method))
		rc = err_set(e, E_INTERNAL, "a call without method");
	*q = (struct fetch_request){ .method = "POST", .headers = headers,
		.body = { buf_text(&b), b.n }, .total_ms = ATTEMPT_MS, .max_bytes = ANSWER_BYTES };
	if (rc == 0)
		q->url = arena_printf(a, "%s/bot%s/%s", base, token, method);
	return rc;
}

/* ---- answers ---------------------------------------------------------------- */

static bool
says(const char *description, const char *what)
{
	return strcasestr(description, what) != NULL;
}

/* Which of the two limits was met is not told.  A group's own (20 a minute) is met
 * by what we send into one group; our pace keeps to a private chat's, so there it
 * is the bot's. */
static bool
limit_is_bots(const struct job *j)
{
	const char *chat = json_text(j->payload, "chat_id");

	if (chat == NULL)
		chat = json_text(json_member(j->payload, "params"), "chat_id");
	return chat == NULL || *chat != '-';
}

static void
judge_refusal(long status, const char *description, struct verdict *v)
{
	v->fate = "refused";
	if (status == 401 || (status == 404 && strcmp(description, "Not Found") == 0)) {
		v->fate = "halt";	/* there is no bot of that token */
	} else if (status == 403) {	/* blocked, kicked, or never started */
		v->fate = "done";
		v->outcome = "blocked";
	} else if (status == 400 && (says(description, "chat not found") ||
	    says(description, "PEER_ID_INVALID") || says(description, "user not found"))) {
		v->fate = "done";
		v->outcome = "unknown_chat";
	}
}

static void
telegram_judge(struct arena *a, const struct job *j, const struct fetch_result *r, struct verdict *v)
{
	struct json_object *answer = NULL, *hints;
	struct err unreadable = { 0 };
	const char *description;
	int64_t seconds = 0, chat = 0;
	bool ok = false;

	json_parse(a, r->body.p, r->body.n, JSON_DEPTH, &answer, &unreadable);
	json_truth(answer, "ok", &ok);
	hints = json_member(answer, "parameters");
	description = json_text(answer, "description");
	if (description == NULL)
		description = r->status == 404 ? "" : "no description";
	v->error = arena_printf(a, "%ld %s", r->status, description);
	v->wait_ms = retry_after_ms(a, r);
	if (json_int64(hints, "retry_after", &seconds) == 1 && seconds > 0 && seconds <= 86400)
		v->wait_ms = seconds * 1000;
	if (r->status == 200 && ok) {
		*v = (struct verdict){ .fate = "done" };
	} else if (r->status == 429) {
		v->fate = "pause";
		v->wide = limit_is_bots(j);
		v->wait_ms = v->wait_ms > 0 ? v->wait_ms : 1000;
	} else if (r->status == 400 && json_int64(hints, "migrate_to_chat_id", &chat) == 1) {
		v->fate = "moved";
		v->to = arena_printf(a, "%lld", (long long)chat);
	} else if (r->status >= 400 && r->status <= 499 && answer != NULL && r->status != 409) {
		judge_refusal(r->status, description, v);
	} else {
		v->fate = "again";
	}
}

const struct channel telegram_channel = { "telegram", telegram_open, telegram_request,
	telegram_judge };
