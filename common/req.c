/* SPDX-License-Identifier: MIT */
#include "common/req.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/arena.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/form.h"
#include "common/handler.h"
#include "common/json.h"
#include "common/utf8.h"

#define HEADER_NAME_MAX 64

const char *
req_env(const struct req *r, const char *name)
{
	size_t n = strlen(name);

	for (char **e = r->env; *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

const char *
req_header(const struct req *r, const char *name)
{
	char key[HEADER_NAME_MAX + 6] = "HTTP_";
	size_t n = strlen(name);
	char c;

	if (n > HEADER_NAME_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		c = name[i];
		key[5 + i] = c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return req_env(r, key);
}

const char *
req_user_agent(const struct req *r)
{
	const char *agent = req_header(r, "User-Agent");

	return agent != NULL && utf8_valid(agent, strlen(agent)) ? agent : NULL;
}

const char *
req_body_text(const struct req *r)
{
	return utf8_valid(r->body.p, r->body.n) ? r->body.p : NULL;
}

const char *
req_cookie(struct req *r, const char *name)
{
	return cookie_value(r->arena, req_header(r, "Cookie"), name);
}

const char *
req_param(const struct req *r, int index)
{
	return r->values[index];
}

bool
req_wants_json(const struct req *r)
{
	const char *accept = req_header(r, "Accept");
	const char *json, *html;

	if (accept == NULL)
		return r->route->face == FACE_API;
	json = strstr(accept, "application/json");
	html = strstr(accept, "text/html");
	if (json == NULL && html == NULL)
		return r->route->face == FACE_API;
	return html == NULL || (json != NULL && json < html);
}

const char *
setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

const char *
setting_or(const char *name, const char *value)
{
	return setting(name) != NULL ? setting(name) : value;
}

int
req_setting(struct req *r, const char *name, const char **out)
{
	*out = setting(name);
	return *out != NULL ? 0 : req_fail(r, E_NOT_CONFIGURED, NULL, name);
}

const char *
req_client(const struct req *r)
{
	return req_env(r, "REMOTE_ADDR");
}

const char *
req_public_url(const struct req *r)
{
	return r->program->public_url;
}

const char *
req_secret_new(struct req *r)
{
	return token_new(r->arena);
}

const char *
req_secret_hash(struct req *r, const char *secret)
{
	return sha256_hex(r->arena, secret, strlen(secret));
}

int
req_call(struct req *r, const char *function, const char *const *args, int n, const char **out)
{
	return db_call(r->db, r->arena, r->label, function, args, n, out, &r->err);
}

/* A refusal that had to be remembered was committed, so it comes as an answer:
 * {"refused":{"error":name,"detail":object|null}}. */
static int
refusal(struct req *r, const struct json_object *answer)
{
	struct json_object *refused = json_member(answer, "refused");
	const char *name = json_text(refused, "error");

	if (name == NULL)
		return 0;
	return req_fail(r, error_code(name), json_write(r->arena, json_member(refused, "detail")), NULL);
}

int
req_call_json(struct req *r, const char *function, const char *const *args, int n,
    struct json_object **out)
{
	struct err parse = { 0 };
	const char *text;
	int rc = req_call(r, function, args, n, &text);

	*out = NULL;
	if (rc < 0)
		return rc;
	if (text == NULL)
		return req_fail(r, E_INTERNAL, NULL, "the function returned NULL");
	rc = json_parse(r->arena, text, strlen(text), JSON_DEPTH, out, &parse);
	return rc < 0 ? req_fail(r, E_INTERNAL, NULL, parse.log) : refusal(r, *out);
}

int
req_batch(struct req *r, const char *const *args, int n)
{
	const char **copy, *receipt;
	int rc;

	if (!r->batched) {
		rc = req_call(r, r->handler->batch.one, args, n, &receipt);
		return rc < 0 ? rc : resp_json(r, 200, receipt);
	}
	copy = arena_alloc(r->arena, (size_t)n * sizeof *copy);
	memcpy(copy, args, (size_t)n * sizeof *copy);
	r->call.args = copy;
	r->call.nargs = n;
	return REQ_LATER;
}

int
req_body_size(struct req *r, size_t *n)
{
	const char *length = req_env(r, "CONTENT_LENGTH");
	unsigned long long size;
	char *end;

	*n = 0;
	if (length == NULL || *length == '\0')
		return 0;
	errno = 0;
	size = strtoull(length, &end, 10);
	if (*end != '\0' || *length == '-' || errno != 0)
		return req_fail(r, E_BAD_REQUEST, NULL, "Content-Length");
	if (size > r->route->body_max)
		return req_fail(r, E_TOO_LARGE, NULL, length);
	*n = (size_t)size;
	return 0;
}

int
req_fail(struct req *r, int code, const char *detail, const char *log)
{
	if (r->err.code == 0)
		r->err.detail = detail;
	return err_set(&r->err, code, "%s", log != NULL ? log : "");
}

int
req_invalid(struct req *r, const char *field, const char *why)
{
	struct buf detail;

	buf_init(&detail, r->arena);
	buf_str(&detail, "{\"field\":");
	buf_json(&detail, field);
	buf_str(&detail, ",\"reason\":");
	buf_json(&detail, why);
	buf_str(&detail, "}");
	return req_fail(r, E_INVALID_FIELD, buf_text(&detail), why);
}

int
req_check_opened(struct req *r)
{
	const char *destination = req_header(r, "Sec-Fetch-Dest");

	if (destination == NULL || strcmp(destination, "document") == 0)
		return 0;
	return req_fail(r, E_CROSS_SITE, NULL, destination);
}
