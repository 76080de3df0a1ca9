/* SPDX-License-Identifier: MIT */
/* The request loop of routes whose threads column says "event": one thread serves
 * all connections and hands the calls to a batcher.  nginx keeps its connections
 * to such a program alive: an idle one costs nothing here. */
#ifndef GATEHOUSE_EVENT_H
#define GATEHOUSE_EVENT_H

struct program;

/* Serves on file descriptor 0, which does not block, until SIGTERM or SIGINT; then finishes what is in
 * flight.  The handler must have .batch.  Returns the exit status. */
int event_main(const struct program *p);

#endif
