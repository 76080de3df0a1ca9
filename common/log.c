/* SPDX-License-Identifier: MIT */
#include "common/log.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/buf.h"

/* What is kept of one value.  A line has to be one write that a pipe takes whole
 * (PIPE_BUF), or the lines of two threads could run into each other. */
#define VALUE_MAX 512

/* What log_gather() keeps back. */
static _Thread_local struct {
	bool on;
	size_t n;
	char lines[PIPE_BUF];
} gathered;

/* Wall-clock time is for the reader of the log; nothing is decided by it. */
static void
log_time(struct buf *b)
{
	struct timespec t;
	struct tm tm;
	char s[32];

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(s, sizeof s, "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(b, "{\"time\":\"%s.%03ldZ\"", s, t.tv_nsec / 1000000);
}

static void
log_text(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, arena_strndup(b->arena, value, strnlen(value, VALUE_MAX)));
}

static void
put(const char *p, size_t n)
{
	ssize_t done = write(STDERR_FILENO, p, n);

	(void)done;	/* there is nowhere left to complain */
}

void
log_gather(void)
{
	gathered.on = true;
}

void
log_flush(void)
{
	if (gathered.n > 0)
		put(gathered.lines, gathered.n);
	gathered.n = 0;
}

static void
log_write(struct buf *b)
{
	buf_str(b, "}\n");
	if (gathered.n + b->n > sizeof gathered.lines)
		log_flush();
	if (!gathered.on || b->n > sizeof gathered.lines) {
		put(b->p, b->n);
		return;
	}
	memcpy(gathered.lines + gathered.n, b->p, b->n);
	gathered.n += b->n;
}

void
log_request(const struct log_request *l)
{
	struct arena *a = arena_new();
	struct buf b;

	buf_init(&b, a);
	log_time(&b);
	log_text(&b, "level", l->status >= 500 ? "error" : "info");
	log_text(&b, "route", l->route);
	log_text(&b, "id", l->id);
	log_text(&b, "method", l->method);
	log_text(&b, "path", l->path);
	buf_printf(&b, ",\"status\":%d,\"ms\":%.3f,\"db_ms\":%.3f,\"bytes\":%llu", l->status,
	    (double)l->micros / 1000, (double)l->db_micros / 1000, (unsigned long long)l->bytes);
	log_text(&b, "error", l->error);
	log_text(&b, "detail", l->detail);
	log_write(&b);
	arena_free(a);
}

void
log_program(const char *level, const char *route, const char *fmt, ...)
{
	struct arena *a = arena_new();
	char text[512];
	struct buf b;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_init(&b, a);
	log_time(&b);
	log_text(&b, "level", level);
	log_text(&b, "route", route);
	log_text(&b, "message", text);
	log_write(&b);
	arena_free(a);
}
