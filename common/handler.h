/* SPDX-License-Identifier: MIT */
/* All that a handler needs: include this and nothing else of common/.
 *
 * A handler is one program for one row of routes.tab.  It declares its
 * parameters, gives one function per method, and hands both to handler_main(). */
#ifndef GATEHOUSE_HANDLER_H
#define GATEHOUSE_HANDLER_H

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/json.h"
#include "common/param.h"
#include "common/req.h"
#include "common/resp.h"
#include "common/session.h"

struct handler {
	const char *name;		/* its row in routes.tab */
	const struct param *params;
	size_t nparams;
	enum body body;
	bool secret_url;		/* the address is a credential: never a referrer */
	/* Each answers the request by one of resp_*() and returns 0, or returns E_*. */
	int (*get)(struct req *r);
	int (*post)(struct req *r);
	int (*patch)(struct req *r);
	int (*delete)(struct req *r);
	/* For functions that end in req_batch(): the api function for one call, and
	 * the one that settles many in one transaction.  That takes the request labels
	 * and then an array for each argument of the first, and returns an array: by
	 * item the answer, {"error":name,"detail":object|null}, or null for "ask the
	 * function for one". */
	struct {
		const char *one, *many;
	} batch;
};

/* The request loop of a program: takes connections on the listening socket that
 * is file descriptor 0, serves them on as many threads as the route has, until
 * SIGTERM; then finishes what is in flight.  Returns the exit status. */
int handler_main(const struct handler *h);

#endif
