/* SPDX-License-Identifier: MIT */
/* What lives as long as the process. */
#ifndef GATEHOUSE_APP_H
#define GATEHOUSE_APP_H

#include <stdbool.h>
#include <stdint.h>

struct catalogue;
struct handler;
struct i18n;
struct metrics;
struct route;
struct template_set;

struct program {
	const struct handler *handler;
	const struct route *route;
	const char *public_url;		/* no trailing slash */
	bool sandbox;			/* the stand-ins are on: no real money */
	struct template_set *templates;
	struct i18n *i18n;
	struct metrics *metrics;
};

/* Whether PUBLIC_URL is https: then cookies are Secure. */
bool program_is_https(const struct program *p);

/* Loads templates and languages and opens the counters.  0 or E_* in e. */
struct err;
int program_init(struct program *p, const struct handler *h, struct err *e);

/* Begins a request of which the parameters are there: names it for log, metrics
 * and PostgreSQL. */
struct req;
void program_open(struct req *r);

/* Serves it: method, credentials, parameters, the handler's function, and the
 * answer or the error.  True when r->resp is complete; false when the answer comes
 * later (req_batch()): then program_settle() completes it from r->call. */
bool program_serve(struct req *r);
void program_settle(struct req *r);

/* Ends it after the answer was sent: counts and logs.  Times in microseconds. */
void program_close(struct req *r, uint64_t micros, uint64_t db_micros, uint64_t db_retries);

#endif
