/* SPDX-License-Identifier: MIT */
#include "common/param.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/arena.h"
#include "common/caller.h"
#include "common/form.h"
#include "common/handler.h"
#include "common/json.h"
#include "common/req.h"
#include "common/utf8.h"

#define TEXT_MAX 255
#define OBJECT_MAX 4096

static int
param_set_text(struct req *r, const struct param *p, int i, const char *text, size_t n)
{
	size_t max = p->max > 0 ? (size_t)p->max : TEXT_MAX;

	if (n == 0)
		return req_invalid(r, p->name, "must not be empty");
	if (n > max || !utf8_valid(text, n))
		return req_invalid(r, p->name, "is too long or no text");
	if (p->form != NULL && !p->form(text))
		return req_invalid(r, p->name, "has the wrong form");
	r->values[i] = text;
	return 0;
}

static int
param_set_int(struct req *r, const struct param *p, int i, int64_t value)
{
	if (value < p->min || value > p->max)
		return req_invalid(r, p->name, "is out of range");
	r->values[i] = arena_printf(r->arena, "%lld", (long long)value);
	return 0;
}

/* A whole decimal number and nothing else, as forms and headers carry it. */
static bool
int_parse(const char *text, int64_t *out)
{
	char *end;

	if (strspn(text, "-0123456789") != strlen(text))
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

static int
param_from_text(struct req *r, const struct param *p, int i, const char *text)
{
	int64_t value;

	if (p->type == PARAM_TEXT)
		return param_set_text(r, p, i, text, strlen(text));
	if (p->type == PARAM_INT && int_parse(text, &value))
		return param_set_int(r, p, i, value);
	return req_invalid(r, p->name, "has the wrong type");
}

static int
param_from_object(struct req *r, const struct param *p, int i, struct json_object *value)
{
	size_t max = p->max > 0 ? (size_t)p->max : OBJECT_MAX;
	const char *text = json_write(r->arena, value);

	if (strlen(text) > max)
		return req_invalid(r, p->name, "is too large");
	r->values[i] = text;
	return 0;
}

static int
param_from_json(struct req *r, const struct param *p, int i, struct json_object *body)
{
	struct json_object *value = json_member(body, p->name);
	int64_t number;

	if (value == NULL)
		return 0;
	if (p->type == PARAM_TEXT && json_object_is_type(value, json_type_string))
		return param_set_text(r, p, i, json_object_get_string(value),
		    (size_t)json_object_get_string_len(value));
	if (p->type == PARAM_INT && json_int64(body, p->name, &number) == 1)
		return param_set_int(r, p, i, number);
	if (p->type == PARAM_OBJECT && json_object_is_type(value, json_type_object))
		return param_from_object(r, p, i, value);
	return req_invalid(r, p->name, "has the wrong type");
}

static int
params_from_form(struct req *r, const char *p, size_t n)
{
	const struct handler *h = r->handler;
	struct form form;
	const char *text;
	int rc;

	rc = form_parse(r->arena, p, n, &form, &r->err);
	for (size_t i = 0; rc == 0 && i < h->nparams; i++) {
		if (form_count(&form, h->params[i].name) > 1)
			return req_invalid(r, h->params[i].name, "is given twice");
		text = form_value(&form, h->params[i].name);
		/* An input left empty in a browser's form is an input not given. */
		if (text != NULL && *text != '\0')
			rc = param_from_text(r, &h->params[i], (int)i, text);
	}
	return rc;
}

static int
params_from_json_body(struct req *r)
{
	const struct handler *h = r->handler;
	struct json_object *body;
	int rc;

	rc = json_parse(r->arena, r->body.p, r->body.n, JSON_DEPTH, &body, &r->err);
	for (size_t i = 0; rc == 0 && i < h->nparams; i++)
		rc = param_from_json(r, &h->params[i], (int)i, body);
	return rc;
}

/* Whether a Content-Type is the given media type, parameters aside. */
static bool
type_is(const char *type, const char *media)
{
	size_t n = strlen(media);

	return type != NULL && strncasecmp(type, media, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static int
params_from_body(struct req *r)
{
	const char *type = req_env(r, "CONTENT_TYPE");

	r->form = type_is(type, "application/x-www-form-urlencoded"); /* also one without fields */
	if (r->body.n == 0)
		return 0;
	if (type_is(type, "application/json"))
		return params_from_json_body(r);
	if (r->form)
		return params_from_form(r, r->body.p, r->body.n);
	return req_fail(r, E_UNSUPPORTED_TYPE, NULL, type);
}

/* Headers stand in for members that were not sent; then nothing may be missing. */
static int
params_complete(struct req *r)
{
	const struct handler *h = r->handler;
	const struct param *p;
	const char *text;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < h->nparams; i++) {
		p = &h->params[i];
		text = p->header != NULL ? req_header(r, p->header) : NULL;
		if (r->values[i] == NULL && text != NULL)
			rc = param_from_text(r, p, (int)i, text);
		else if (r->values[i] != NULL && text != NULL && strcmp(r->values[i], text) != 0)
			rc = req_invalid(r, p->name, "differs from the header");
		if (rc == 0 && r->values[i] == NULL && p->required)
			rc = req_invalid(r, p->name, "is missing");
	}
	return rc;
}

static bool
param_is_declared(const struct handler *h, const char *name, size_t n)
{
	for (size_t i = 0; i < h->nparams; i++)
		if (strlen(h->params[i].name) == n && memcmp(h->params[i].name, name, n) == 0)
			return true;
	return false;
}

/* Addresses are passed around and grow: fields that we never asked for are left
 * out before anything is decoded, so they may be as broken as they like. */
static int
params_from_query(struct req *r, const char *query)
{
	struct buf declared;
	size_t n;

	buf_init(&declared, r->arena);
	for (; *query != '\0'; query += n + (query[n] == '&')) {
		n = strcspn(query, "&");
		if (!param_is_declared(r->handler, query, strcspn(query, "=&")))
			continue;
		buf_str(&declared, declared.n > 0 ? "&" : "");
		buf_add(&declared, query, n);
	}
	return params_from_form(r, buf_text(&declared), declared.n);
}

int
params_read(struct req *r)
{
	const char *query = req_env(r, "QUERY_STRING");
	int rc;

	r->values = arena_alloc(r->arena, sizeof *r->values * (r->handler->nparams + 1));
	if (r->handler->body == BODY_RAW)
		return 0;
	if (strcmp(r->method, "GET") == 0)
		rc = query != NULL ? params_from_query(r, query) : 0;
	else
		rc = params_from_body(r);
	return rc < 0 ? rc : params_complete(r);
}

static void
json_release(void *o)
{
	json_object_put(o);
}

static int
form_all(struct req *r, struct json_object **out)
{
	struct form form;
	int rc = form_parse(r->arena, r->body.p, r->body.n, &form, &r->err);

	if (rc < 0)
		return rc;
	*out = json_object_new_object();
	arena_defer(r->arena, json_release, *out);
	for (size_t i = 0; i < form.count; i++) {
		if (form_count(&form, form.fields[i].name) > 1)
			return req_fail(r, E_BAD_FORM, NULL, "a field is given twice");
		json_set_text(*out, form.fields[i].name, form.fields[i].value);
	}
	return 0;
}

int
params_all(struct req *r, struct json_object **out)
{
	const char *type = req_env(r, "CONTENT_TYPE");
	int rc = caller_check_site(r);

	if (rc < 0)
		return rc;
	if (type_is(type, "application/json"))
		return json_parse(r->arena, r->body.p, r->body.n, JSON_DEPTH, out, &r->err);
	if (type_is(type, "application/x-www-form-urlencoded"))
		return form_all(r, out);
	return req_fail(r, E_UNSUPPORTED_TYPE, NULL, type);
}

bool
form_uuid(const char *s)
{
	size_t i;

	for (i = 0; i < 36 && s[i] != '\0'; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return false;
		} else if (strchr("0123456789abcdefABCDEF", s[i]) == NULL) {
			return false;
		}
	}
	return i == 36 && s[36] == '\0';
}

bool
form_token(const char *s)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	return s[strspn(s, ok)] == '\0';
}

bool
form_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

bool
form_email(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && at != s && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
	    form_printable(s) && strchr(s, ' ') == NULL;
}
