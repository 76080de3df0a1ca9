/* SPDX-License-Identifier: MIT */
/* What every worker is made of: a program that nobody calls.  It looks for work in
 * the database, is woken by NOTIFY, and ends after SIGTERM. */
#ifndef GATEHOUSE_WORKER_H
#define GATEHOUSE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct db;
struct err;
struct json_object;

struct worker {
	const char *name;	/* its row in workers.tab */
	const char *wake;	/* the channel of NOTIFY that wakes it */
	struct db *db;		/* for calls */
	struct db *listener;	/* only listens */
	bool listening;
	uint64_t retry_at;	/* when to listen again; micros_now() */
	int signals;		/* readable when we are to end */
	bool stopping;
};

/* Makes a worker ready: signals, database, ears.  Returns 0 or E_*. */
int worker_open(struct worker *w, const char *name, const char *wake, struct err *e);

/* Gives its connections back. */
void worker_close(struct worker *w);

/* The two file descriptors to wait on; -1 for one that is not there.  Connects the
 * listener when need be. */
void worker_fds(struct worker *w, int fds[2]);

/* Takes what came in by them: sets w->stopping; true when work may have come. */
bool worker_heard(struct worker *w);

/* Calls api.FUNCTION of the worker, as db_call(), and reads its JSON (NULL for SQL
 * NULL).  0 or E_*. */
int worker_call(struct worker *w, struct arena *a, const char *function,
    const char *const *args, int n, struct json_object **out, struct err *e);

/* Logs that something failed, e's text and code name; not what caused it again. */
void worker_complain(const struct worker *w, const char *what, const struct err *e);

#endif
