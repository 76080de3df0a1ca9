/* SPDX-License-Identifier: MIT */
/* HTTP requests to others.  The only file that knows libcurl is fetch.c. */
#ifndef GATEHOUSE_FETCH_H
#define GATEHOUSE_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/util.h"

struct arena;
struct err;

struct fetch_result {
	long status;			/* HTTP status of the last attempt, 0: no answer */
	struct str body;		/* NUL-terminated */
	struct str headers;		/* the final header lines as received; see fetch_header() */
	unsigned attempts;		/* how often it was sent */
};

struct fetch_request {
	const char *method;		/* NULL: GET */
	const char *url;		/* http:// or https:// */
	const char *const *headers;	/* "Name: value" lines, NULL at the end; or NULL */
	struct str body;
	long connect_ms;		/* to connect; 0: 3000 */
	long attempt_ms;		/* one attempt; 0: as total_ms */
	long total_ms;			/* all attempts and the pauses between them; 0: 15000 */
	size_t max_bytes;		/* largest answer; 0: 1 MiB */
	unsigned retries;		/* further attempts */
	bool idempotent;		/* sending it twice does what once does; else it is sent
					 * again only when the connection never stood */
	/* Whether this answer is worth another attempt; NULL: 429 and 5xx are. */
	bool (*again)(struct arena *a, const struct fetch_result *r);
};

/* Sends the request and waits for the answer.  Redirects are not followed,
 * certificates are verified, pauses double from 0.25 s with jitter and obey
 * Retry-After when the time is left.  Thread safe; each thread keeps its
 * connections.  The result is owned by the arena.  Returns 0 when a whole answer
 * of any status came; E_UNAVAILABLE when none did, with the reason for the log. */
int fetch(struct arena *a, const struct fetch_request *q, struct fetch_result *r,
    struct err *e);

/* The value of a header of the answer, or NULL.  Owned by the arena. */
const char *fetch_header(struct arena *a, const struct fetch_result *r, const char *name);

#endif
