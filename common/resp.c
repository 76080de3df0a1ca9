/* SPDX-License-Identifier: MIT */
#include "common/resp.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"	/* generated: ASSETS, the versioned path of web/ */
#include "common/app.h"
#include "common/arena.h"
#include "common/caller.h"
#include "common/crypto.h"
#include "common/handler.h"
#include "common/i18n.h"
#include "common/json.h"
#include "common/req.h"
#include "common/template.h"

#define CSP "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " \
	"connect-src 'self'; font-src 'self'; form-action 'self' https://checkout.stripe.com " \
	"https://billing.stripe.com https://oauth.telegram.org; frame-ancestors 'none'; base-uri 'none'"

void
resp_header(struct req *r, const char *name, const char *value)
{
	struct buf *b = &r->resp.headers;

	buf_str(b, name);
	buf_str(b, ": ");
	buf_add(b, value, strcspn(value, "\r\n"));
	buf_str(b, "\r\n");
}

int
resp_text(struct req *r, int status, const char *type, const char *text)
{
	r->resp.status = status;
	r->resp.type = type;
	buf_init(&r->resp.body, r->arena);
	buf_str(&r->resp.body, text);
	return 0;
}

int
resp_json(struct req *r, int status, const char *text)
{
	return resp_text(r, status, "application/json; charset=utf-8", text);
}

static void
json_release(void *o)
{
	json_object_put(o);
}

/* The route's path as a word that templates can compare: my_invitations. */
static const char *
page_here(const struct req *r)
{
	char *word = arena_strdup(r->arena, r->route->path + 1);

	for (char *c = word; *c != '\0'; c++)
		if (*c == '/' || *c == '-')
			*c = '_';
	return word;
}

/* What every page may use besides its own data. */
static struct json_object *
page_globals(struct req *r, const struct catalogue *language)
{
	struct json_object *o = json_object_new_object();

	arena_defer(r->arena, json_release, o);
	json_object_object_add(o, "lang", json_object_new_string(i18n_language(language)));
	json_object_object_add(o, "here", json_object_new_string(page_here(r)));
	json_object_object_add(o, "path", json_object_new_string(r->path));
	json_object_object_add(o, "sandbox", json_object_new_boolean(r->program->sandbox));
	json_object_object_add(o, "asset", json_object_new_string(ASSETS));
	json_object_object_add(o, "request_id", json_object_new_string(r->id));
	/* Not who it is, only that somebody signed in here: pages that ask nobody. */
	json_object_object_add(o, "known",
	    json_object_new_boolean(req_cookie(r, caller_cookie(r)) != NULL));
	return o;
}

/* Whoever is signed in and chose a language reads that; a page that was not told
 * who it is goes by the cookie that came with the choice, or by the browser. */
static const struct catalogue *
page_language(struct req *r, const struct json_object *data)
{
	const char *chosen = json_text(json_member(data, "me"), "language");

	return i18n_pick(r->program->i18n, req_header(r, "Accept-Language"),
	    chosen != NULL ? chosen : req_cookie(r, "language"));
}

bool
resp_unchanged(struct req *r, struct json_object *data)
{
	const char *seen = req_header(r, "If-None-Match");
	const char *made = arena_printf(r->arena, "%s %s %d %s", ASSETS,
	    i18n_language(page_language(r, data)), req_wants_json(r), json_write(r->arena, data));
	const char *tag = arena_printf(r->arena, "\"%.32s\"", sha256_hex(r->arena, made, strlen(made)));

	resp_header(r, "ETag", tag);
	if (seen == NULL || strstr(seen, tag) == NULL)
		return false;
	resp_header(r, "Vary", "Accept, Accept-Language, Cookie");
	r->resp.status = 304;
	r->resp.type = NULL;
	return true;
}

static int
page_render(struct req *r, int status, const char *page, struct json_object *data,
    struct err *e)
{
	const struct catalogue *language = page_language(r, data);
	int rc;

	buf_init(&r->resp.body, r->arena);
	rc = template_render(r->program->templates, page, data, page_globals(r, language),
	    language, &r->resp.body, e);
	if (rc < 0)
		return rc;
	r->resp.status = status;
	r->resp.type = "text/html; charset=utf-8";
	return 0;
}

int
resp_page(struct req *r, int status, const char *page, struct json_object *data)
{
	resp_header(r, "Vary", "Accept, Accept-Language, Cookie");
	if (req_wants_json(r))
		return resp_json(r, status, json_write(r->arena, data));
	return page_render(r, status, page, data, &r->err);
}

int
resp_redirect(struct req *r, const char *url)
{
	if (url[0] == '/' ? url[1] == '/' || url[1] == '\\' :
	    strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return req_fail(r, E_INTERNAL, NULL, "redirect to a strange address");
	r->resp.status = 303;
	r->resp.type = NULL;
	resp_header(r, "Location", url);
	return 0;
}

void
resp_cookie(struct req *r, const char *name, const char *value, long seconds)
{
	resp_header(r, "Set-Cookie", arena_printf(r->arena,
	    "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%ld%s", name, value, seconds,
	    program_is_https(r->program) ? "; Secure" : ""));
}

static void
error_json(struct req *r, const struct error_row *row)
{
	const char *detail = r->err.detail;
	struct buf b;

	buf_init(&b, r->arena);
	buf_printf(&b, "{\"error\":{\"code\":\"%s\",\"message\":", row->name);
	buf_json(&b, row->text);
	if (detail != NULL && strlen(detail) > 2) {
		buf_str(&b, ",");
		buf_str(&b, detail + 1);	/* its members and the closing brace */
	} else {
		buf_str(&b, "}");
	}
	buf_str(&b, "}");
	resp_json(r, row->status, buf_text(&b));
}

/* The last resort says the same without templates. */
static void
error_plain(struct req *r, const struct error_row *row)
{
	resp_text(r, row->status, "text/plain; charset=utf-8",
	    arena_printf(r->arena, "%s\n", row->text));
}

/* Who looks at an error, so that its page has the frame of all others.  A database
 * that just failed is not asked again. */
static struct json_object *
error_reader(struct req *r)
{
	const char *session = caller_session(r);
	struct json_object *answer;
	struct err kept = r->err;
	int rc;

	if (session == NULL || kept.code == E_UNAVAILABLE || kept.code == E_INTERNAL)
		return NULL;
	rc = req_call_json(r, "me", &session, 1, &answer);
	r->err = kept;
	return rc == 0 ? json_object_get(json_member(answer, "me")) : NULL;
}

static void
error_page(struct req *r, const struct error_row *row)
{
	struct json_object *data = json_object_new_object();
	struct err e = { 0 };

	arena_defer(r->arena, json_release, data);
	json_object_object_add(data, "code", json_object_new_string(row->name));
	json_object_object_add(data, "status", json_object_new_int(row->status));
	json_object_object_add(data, "message", json_object_new_string(row->text));
	json_object_object_add(data, "me", error_reader(r));
	resp_header(r, "Vary", "Accept, Accept-Language, Cookie");
	if (page_render(r, row->status, "error", data, &e) < 0)
		error_plain(r, row);
}

static const char *
allowed_methods(struct req *r)
{
	unsigned m = r->route->methods;

	return arena_printf(r->arena, "%s%s%s%sOPTIONS", m & METHOD_GET ? "GET, HEAD, " : "",
	    m & METHOD_POST ? "POST, " : "", m & METHOD_PATCH ? "PATCH, " : "",
	    m & METHOD_DELETE ? "DELETE, " : "");
}

/* Somebody who opened a page without being signed in is sent to the door, and from
 * there back to the page. */
static bool
error_is_door(const struct req *r, const struct error_row *row)
{
	return row->status == 401 && r->route->face == FACE_PAGE &&
	    strcmp(r->method, "GET") == 0 && !req_wants_json(r);
}

static void
error_door(struct req *r)
{
	const char *uri = req_env(r, "REQUEST_URI");
	struct buf url;

	buf_init(&url, r->arena);
	buf_str(&url, "/login?next=");
	buf_url(&url, uri != NULL && !r->handler->secret_url ? uri : r->path);
	resp_text(r, 0, NULL, "");
	resp_redirect(r, buf_text(&url));
}

/* How long to wait, as the detail of the error says, else a second. */
static const char *
retry_after(struct req *r)
{
	const char *found = r->err.detail != NULL ? strstr(r->err.detail, "\"retry_after\":") : NULL;
	long seconds = found != NULL ? strtol(found + strlen("\"retry_after\":"), NULL, 10) : 0;

	return arena_printf(r->arena, "%ld", seconds > 0 ? seconds : 1);
}

void
resp_error(struct req *r)
{
	const struct error_row *row = error_row(r->err.code);

	buf_init(&r->resp.headers, r->arena);
	if (error_is_door(r, row)) {
		error_door(r);
		return;
	}
	if (row->status == 401)
		resp_header(r, "WWW-Authenticate", "Bearer realm=\"gatehouse\"");
	if (row->status == 405)
		resp_header(r, "Allow", allowed_methods(r));
	if (row->status == 429 || row->status == 503)
		resp_header(r, "Retry-After", retry_after(r));
	/* Somebody who sent a form to an API route sees a page too. */
	if (req_wants_json(r) || (r->route->face == FACE_API && !r->form))
		error_json(r, row);
	else
		error_page(r, row);
}

/* Any site's front end may call an API route with a key or a token; cookies are
 * never accepted across sites, so they are not offered here. */
static void
cors_headers(struct req *r)
{
	if (r->route->face != FACE_API || !(r->route->auth & (AUTH_KEY | AUTH_USER)))
		return;
	resp_header(r, "Access-Control-Allow-Origin", "*");
	if (strcmp(r->method, "OPTIONS") != 0)
		return;
	resp_header(r, "Access-Control-Allow-Methods", allowed_methods(r));
	resp_header(r, "Access-Control-Allow-Headers",
	    "authorization, x-client-info, apikey, content-type, idempotency-key, x-region");
	resp_header(r, "Access-Control-Max-Age", "86400");
}

void
resp_finish(struct req *r)
{
	resp_header(r, "X-Request-Id", r->id);
	resp_header(r, "X-Content-Type-Options", "nosniff");
	resp_header(r, "Content-Security-Policy", CSP);
	resp_header(r, "Referrer-Policy", r->handler->secret_url ? "no-referrer" : "same-origin");
	resp_header(r, "Cross-Origin-Opener-Policy", "same-origin");
	resp_header(r, "Cache-Control", "no-store");
	cors_headers(r);
}

void
resp_head(const struct req *r, struct buf *out)
{
	const struct resp *p = &r->resp;

	buf_printf(out, "Status: %d %s\r\n", p->status, resp_reason(p->status));
	if (p->type != NULL)
		buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", p->type, p->body.n);
	buf_add(out, buf_text(&p->headers), p->headers.n);
	buf_str(out, "\r\n");
}

const char *
resp_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" }, { 202, "Accepted" }, { 204, "No Content" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 402, "Payment Required" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" }, { 410, "Gone" },
		{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}
