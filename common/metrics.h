/* SPDX-License-Identifier: MIT */
/* Prometheus counters.  Each program counts in a small shared file of its own
 * (METRICS_DIR/NAME), so that a restart loses nothing and the metrics route can
 * read all of them without asking anybody. */
#ifndef GATEHOUSE_METRICS_H
#define GATEHOUSE_METRICS_H

#include <stdint.h>

struct buf;
struct json_object;
struct metrics;

/* Opens or creates the counters of a program.  dir: METRICS_DIR, or NULL for
 * counters that nobody else sees.  Never NULL: when the file can't be used the
 * counters stay private. */
struct metrics *metrics_open(const char *dir, const char *name);

/* One request more, or less, is being served. */
void metrics_begin(struct metrics *m);

/* A request was answered: HTTP status, how long it took, how much of that was
 * spent waiting for PostgreSQL, and how many calls were repeated. */
void metrics_end(struct metrics *m, int status, uint64_t micros,
    uint64_t db_micros, uint64_t db_retries);

/* Appends all programs' counters found in dir in Prometheus' text format 0.0.4. */
void metrics_render(const char *dir, struct buf *out);

/* Appends each integer member of an object as gatehouse_NAME. */
void metrics_render_gauges(const struct json_object *gauges, struct buf *out);

#endif
