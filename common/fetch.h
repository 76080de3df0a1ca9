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
	bool cut;			/* what is longer is cut off and is an answer still */
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

/* Many requests in flight at once, by one thread. */
struct fetch_multi;

/* Owned by the caller: fetch_multi_free(), which gives up what is in flight. */
struct fetch_multi *fetch_multi_new(void);
void fetch_multi_free(struct fetch_multi *m);

/* Sends one attempt (retries is not looked at) and returns.  q's texts must last
 * until it is done; the result will be in arena a.  tag names it to the caller. */
void fetch_multi_add(struct fetch_multi *m, struct arena *a, const struct fetch_request *q,
    void *tag);

/* Works until something is done, one of the n file descriptors is readable, or
 * the time is over.  A negative descriptor is passed over. */
void fetch_multi_wait(struct fetch_multi *m, const int *fds, size_t n, int timeout_ms);

/* The next request that is done: its tag, or NULL when none is.  *r as fetch() has
 * it; e as fetch() sets it. */
void *fetch_multi_next(struct fetch_multi *m, struct fetch_result *r, struct err *e);

/* The value of a header of the answer, or NULL.  Owned by the arena. */
const char *fetch_header(struct arena *a, const struct fetch_result *r, const char *name);

#endif
