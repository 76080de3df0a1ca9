/* SPDX-License-Identifier: MIT */
/* What lives as long as the process. */
#ifndef GATEHOUSE_APP_H
#define GATEHOUSE_APP_H

#include <stdbool.h>

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

/* Serves one decoded request: method, credentials, parameters, the handler's
 * function, and the answer or the error.  r->resp is complete afterwards. */
struct req;
void program_serve(struct req *r);

#endif
