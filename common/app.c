/* SPDX-License-Identifier: MIT */
#include "common/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/caller.h"
#include "common/crypto.h"
#include "common/handler.h"
#include "common/i18n.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/template.h"

bool
program_is_https(const struct program *p)
{
	return strncmp(p->public_url, "https://", 8) == 0;
}

static int
load_pages(struct program *p, struct err *e)
{
	const char *dir = setting("GATEHOUSE_DATADIR");
	char path[4096];

	if (dir == NULL)
		dir = GATEHOUSE_DATADIR;
	if (snprintf(path, sizeof path, "%s/locale", dir) >= (int)sizeof path)
		return err_set(e, E_INTERNAL, "GATEHOUSE_DATADIR is too long");
	p->i18n = i18n_load(path, e);
	snprintf(path, sizeof path, "%s/pages", dir);
	if (p->i18n != NULL)
		p->templates = template_load(path, e);
	return e->code;
}

int
program_init(struct program *p, const struct handler *h, struct err *e)
{
	*p = (struct program){ .handler = h, .route = route_find(h->name) };
	if (p->route == NULL)
		return err_set(e, E_INTERNAL, "%s is not in routes.tab", h->name);
	if (setting("DATABASE_URL") == NULL || setting("PUBLIC_URL") == NULL)
		return err_set(e, E_INTERNAL, "DATABASE_URL and PUBLIC_URL must be set");
	p->public_url = setting("PUBLIC_URL");
	p->sandbox = setting("SANDBOX") != NULL;
	p->metrics = metrics_open(setting("METRICS_DIR"), h->name);
	return load_pages(p, e);
}

/* nginx names each request; whoever else speaks FastCGI to us may name his, but
 * what is printed and sent to PostgreSQL is only ever a plain word. */
static const char *
request_id(struct req *r)
{
	const char *id = req_env(r, "REQUEST_ID");

	if (id != NULL && *id != '\0' && strlen(id) <= 64 && form_token(id))
		return arena_strdup(r->arena, id);
	return token_new(r->arena);
}

/* HEAD is a GET of which only the headers are sent.  All that the log line needs is
 * copied: libfcgi frees the parameters first. */
static void
request_method(struct req *r)
{
	const char *method = req_env(r, "REQUEST_METHOD");

	r->head = method != NULL && strcmp(method, "HEAD") == 0;
	r->method = r->head ? "GET" : arena_strdup(r->arena, method != NULL ? method : "");
}

static const char *
request_path(struct req *r)
{
	const char *uri = req_env(r, "REQUEST_URI");

	if (uri == NULL)
		return r->route->path;
	return arena_strndup(r->arena, uri, strcspn(uri, "?"));
}

void
program_open(struct req *r)
{
	metrics_begin(r->program->metrics);
	request_method(r);
	r->path = request_path(r);
	r->id = request_id(r);
	r->label = arena_printf(r->arena, "%s:%s", r->route->name, r->id);
}

typedef int handler_fn(struct req *r);

/* The function for the request's method, when both the handler and the route
 * table have it. */
static handler_fn *
method_function(const struct req *r)
{
	const struct handler *h = r->handler;
	const struct {
		const char *name;
		enum method bit;
		handler_fn *fn;
	} methods[] = {
		{ "GET", METHOD_GET, h->get },
		{ "POST", METHOD_POST, h->post },
		{ "PATCH", METHOD_PATCH, h->patch },
		{ "DELETE", METHOD_DELETE, h->delete },
	};

	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(r->method, methods[i].name) == 0 && (r->route->methods & methods[i].bit))
			return methods[i].fn;
	return NULL;
}

static int
answer_options(struct req *r)
{
	r->resp.status = 204;
	r->resp.type = NULL;
	return 0;
}

/* A form, or a change where only browsers are expected: whoever has no session yet
 * must not be signed in by another site either. */
static bool
browser_change(const struct req *r)
{
	unsigned auth = r->route->auth;

	return r->form || (strcmp(r->method, "GET") != 0 && (auth & AUTH_SESSION) &&
	    !(auth & (AUTH_KEY | AUTH_USER)));
}

/* Everything between the wire and the handler's own function.  An error that
 * was met while reading the request is already in r->err. */
static int
serve(struct req *r)
{
	handler_fn *fn = method_function(r);
	int rc = r->err.code;

	if (strcmp(r->method, "OPTIONS") == 0)
		return answer_options(r);
	if (fn == NULL) {
		/* whatever was wrong with a body that nobody wants */
		r->err = (struct err){ 0 };
		return req_fail(r, E_METHOD_NOT_ALLOWED, NULL, r->method);
	}
	if (rc == 0)
		rc = caller_read(r);
	if (rc == 0)
		rc = params_read(r);
	if (rc == 0 && browser_change(r))
		rc = caller_check_site(r);
	return rc < 0 ? rc : fn(r);
}

/* The answer, or the error that came in its place. */
static void
finish(struct req *r, int rc)
{
	if (rc < 0) {
		r->err.code = rc;
		resp_error(r);
	}
	resp_finish(r);
}

bool
program_serve(struct req *r)
{
	int rc;

	buf_init(&r->resp.headers, r->arena);
	buf_init(&r->resp.body, r->arena);
	rc = serve(r);
	if (rc == REQ_LATER)
		return false;
	finish(r, rc);
	return true;
}

void
program_settle(struct req *r)
{
	finish(r, r->call.rc < 0 ? r->call.rc : resp_json(r, 200, r->call.answer));
}

/* What the log may know of the address: of one that is a credential the beginning. */
static const char *
log_path(const struct req *r)
{
	return r->handler->secret_url && r->route->prefix ? r->route->path : r->path;
}

static void
log_answer(const struct req *r, uint64_t micros, uint64_t db_micros)
{
	const struct error_row *row = r->err.code < 0 ? error_row(r->err.code) : NULL;
	struct log_request l = {
		.route = r->route->name,
		.id = r->id,
		.method = r->method,
		.path = log_path(r),
		.status = r->resp.status,
		.error = row != NULL ? row->name : NULL,
		.detail = row != NULL && r->err.log[0] != '\0' ? r->err.log : NULL,
		.micros = micros,
		.db_micros = db_micros,
		.bytes = r->resp.body.n,
	};

	log_request(&l);
}

void
program_close(struct req *r, uint64_t micros, uint64_t db_micros, uint64_t db_retries)
{
	metrics_end(r->program->metrics, r->resp.status, micros, db_micros, db_retries);
	log_answer(r, micros, db_micros);
}
