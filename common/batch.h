/* SPDX-License-Identifier: MIT */
/* Group settlement: the calls that arrive while the last commit is in flight are
 * settled next, together, as one statement in one transaction on one connection.
 * Nobody waits for a timer: a call that finds the connection free goes at once,
 * alone and by the function for one.  What such a transaction refuses or leaves
 * out (an account that is locked, a text PostgreSQL can't hold) goes alone through
 * db_call() on a few threads besides, so that no call can fail or stop the others.
 * Calls whose connection is lost under way are answered E_UNAVAILABLE and never
 * repeated. */
#ifndef GATEHOUSE_BATCH_H
#define GATEHOUSE_BATCH_H

#include <stdbool.h>

struct handler;
struct req;
struct batcher;

#define BATCH_MAX 64	/* calls in one transaction */

/* A batcher for a handler with .batch.  url: as of db_open().  done(r) is called
 * by batcher_run() for every request added, when r->call.rc and .answer are set;
 * parked(r) when the request moves to another thread, which owns its arena until
 * done(r).  Starts its threads; lives as long as the process. */
struct batcher *batcher_new(const struct handler *h, const char *url,
    void (*done)(struct req *r), void (*parked)(struct req *r));

/* Adds a request for which req_batch() has said what to call. */
void batcher_add(struct batcher *b, struct req *r);

/* Takes in what is answered and sends what waits.  Call it whenever one of the two
 * sockets is readable, and after adding. */
void batcher_run(struct batcher *b);

/* The database's socket, -1 while nothing is in flight; and the one that tells of
 * the threads. */
int batcher_socket(const struct batcher *b);
int batcher_bell(const struct batcher *b);

#endif
