/* SPDX-License-Identifier: MIT */
/* One JSON line per event on standard error.  Libraries do not log; the request
 * loop does, once per request. */
#ifndef GATEHOUSE_LOG_H
#define GATEHOUSE_LOG_H

#include <stdint.h>

struct log_request {
	const char *route, *id, *method, *path;	/* path without the query */
	int status;
	const char *error;	/* name from errors.tab, or NULL */
	const char *detail;	/* what only the log may say, or NULL */
	uint64_t micros, db_micros;
	uint64_t bytes;		/* of the answer's body */
};

/* From now on this thread's lines wait for log_flush(), which writes as many at once
 * as a pipe takes in one piece.  For a thread that answers many requests per turn. */
void log_gather(void);
void log_flush(void);

/* Writes the line of one answered request in a single write(2). */
void log_request(const struct log_request *l);

/* Writes a line about the program itself: level info, warning or error. */
void log_program(const char *level, const char *route, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
