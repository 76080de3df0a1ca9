/* SPDX-License-Identifier: MIT */
/* A request as handlers see it: checked, decoded, with its caller known. */
#ifndef GATEHOUSE_REQ_H
#define GATEHOUSE_REQ_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/route.h"
#include "common/util.h"

struct arena;
struct db;
struct handler;
struct program;
struct json_object;

/* How an HTTP body is read. */
enum body {
	BODY_FIELDS,	/* a JSON object or a form; both fill the parameters */
	BODY_RAW,	/* any bytes; nothing is decoded (webhooks) */
};

struct resp {
	int status;
	const char *type;	/* Content-Type, or NULL for no body */
	struct buf headers;	/* "Name: value\r\n"… */
	struct buf body;
};

struct req {
	struct arena *arena;		/* all of this request's memory */
	struct db *db;			/* this thread's connection */
	const struct program *program;	/* what lives as long as the process */
	const struct route *route;
	const struct handler *handler;
	char **env;			/* FastCGI parameters */
	const char *id;			/* request id, safe to print */
	const char *label;		/* "route:id", for PostgreSQL */
	const char *method;
	const char *path;
	struct str body;
	const char **values;		/* by parameter index, NULL when absent */
	const char *caller;		/* JSON for SQL, NULL for nobody */
	bool form;			/* the body was a form */
	struct err err;
	struct resp resp;
	bool head;			/* only the headers are wanted */
	bool batched;			/* req_batch() may leave the answer for later */
	struct {			/* what req_batch() left, see batch.h */
		const char *const *args;
		int nargs;
		int rc;
		const char *answer;	/* JSON */
		uint64_t since, sent;	/* micros_now() */
		uint64_t db_micros, db_retries;
		struct req *next;
	} call;
};

/* A FastCGI parameter such as "QUERY_STRING", or NULL. */
const char *req_env(const struct req *r, const char *name);

/* A request header by its HTTP name, "Stripe-Signature", or NULL. */
const char *req_header(const struct req *r, const char *name);

/* The User-Agent when it is text, else NULL: nobody is refused for theirs. */
const char *req_user_agent(const struct req *r);

/* The body when it is text, up to its first NUL if it has one; else NULL. */
const char *req_body_text(const struct req *r);

/* The value of a cookie, in the arena, or NULL. */
const char *req_cookie(struct req *r, const char *name);

/* A declared parameter as canonical text (numbers in decimal, objects as JSON),
 * or NULL when it was not given. */
const char *req_param(const struct req *r, int index);

/* Whether the client asked for JSON rather than a page. */
bool req_wants_json(const struct req *r);

/* A setting this route was given in its environment; NULL when absent or empty. */
const char *setting(const char *name);

/* The same with a value for one that is absent. */
const char *setting_or(const char *name, const char *value);

/* As setting(), but an absent one is the error not_configured, with *out NULL. */
int req_setting(struct req *r, const char *name, const char **out);

/* The address of the client as nginx knows it, for core.attempt_begin(); or NULL. */
const char *req_client(const struct req *r);

/* PUBLIC_URL without a trailing slash. */
const char *req_public_url(const struct req *r);

/* A new unguessable token, and the hash under which the database knows one. */
const char *req_secret_new(struct req *r);
const char *req_secret_hash(struct req *r, const char *secret);

/* Calls api.FUNCTION; see db_call().  req_call() keeps the JSON as text,
 * req_call_json() parses it too, and takes a refusal that was committed because it
 * had to be remembered, {"refused":{"error","detail"}}, for that error.  0 or E_*. */
int req_call(struct req *r, const char *function, const char *const *args, int n,
    const char **out);
int req_call_json(struct req *r, const char *function, const char *const *args, int n,
    struct json_object **out);

#define REQ_LATER 1	/* the answer comes when the batch is settled */

/* Ends a handler: calls the api function of handler.batch and answers with its
 * JSON and status 200.  On a route served by events the call is settled together
 * with others: REQ_LATER.  Else 0 or E_*. */
int req_batch(struct req *r, const char *const *args, int n);

/* The size of the body by Content-Length; 0 or E_*: no number, or too large. */
int req_body_size(struct req *r, size_t *n);

/* Ends the request with an error of errors.tab.  detail: members to merge into
 * the answer's error object as JSON text, or NULL.  Returns code. */
int req_fail(struct req *r, int code, const char *detail, const char *log);

/* invalid_field naming the field, and why in words. */
int req_invalid(struct req *r, const char *field, const char *why);

/* Refuses what a page embeds instead of the reader opening it: wrong login links
 * shown as pictures elsewhere would have the reader counted as guessing.
 * Returns 0 or cross_site.  Source of the header: W3C Fetch Metadata, section 2.1. */
int req_check_opened(struct req *r);

#endif
