/* SPDX-License-Identifier: MIT */
#include "common/fcgi.h"

#include <stdint.h>
#include <string.h>

#include "common/arena.h"

#define VERSION 1
#define RECORD_MAX 65528	/* of content in one record; a multiple of 8 needs no padding */
#define KEEP_CONN 1		/* flag of BEGIN_REQUEST */
#define RESPONDER 1		/* role */

enum type {
	BEGIN_REQUEST = 1,
	ABORT_REQUEST,
	END_REQUEST,
	PARAMS,
	STDIN,
	STDOUT,
	STDERR,
	DATA,
	GET_VALUES,
	GET_VALUES_RESULT,
	UNKNOWN_TYPE,
};

enum status {
	REQUEST_COMPLETE,
	CANT_MPX_CONN,
	OVERLOADED,
	UNKNOWN_ROLE,
};

/* ---- records out ---- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
put_record(struct fcgi *f, enum type type, unsigned id, const void *p, size_t n)
{
	const unsigned char header[8] = { VERSION, type, (unsigned char)(id >> 8),
		(unsigned char)id, (unsigned char)(n >> 8), (unsigned char)n };

	buf_add(f->out, (const char *)header, sizeof header);
	buf_add(f->out, p, n);
}

static void
put_end(struct fcgi *f, unsigned id, enum status status)
{
	const unsigned char body[8] = { 0, 0, 0, 0, status };

	put_record(f, END_REQUEST, id, body, sizeof body);
}

static void
put_stdout(struct fcgi *f, struct str s)
{
	size_t n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		n = least(s.n, RECORD_MAX);
		put_record(f, STDOUT, f->id, s.p, n);
	}
}

void
fcgi_answer(struct fcgi *f, struct str head, struct str body)
{
	char *whole;

	if (!f->aborted) {
		whole = arena_alloc(f->arena, head.n + body.n + 1);
		memcpy(whole, head.p, head.n);
		if (body.n > 0)
			memcpy(whole + head.n, body.p, body.n);
		put_stdout(f, (struct str){ whole, head.n + body.n });
		put_record(f, STDOUT, f->id, "", 0);
	}
	put_end(f, f->id, REQUEST_COMPLETE);
	f->state = FCGI_IDLE;
}

void
fcgi_farewell(struct fcgi *f)
{
	f->keep = false;
	put_record(f, GET_VALUES_RESULT, 0, "", 0);
}

/* ---- name-value pairs: section 3.4 ---- */

/* Reads a length of one or four bytes; false when the input ends. */
static bool
pair_length(struct str *s, size_t *out)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t width = s->n > 0 && p[0] & 0x80 ? 4 : 1;

	if (s->n < width)
		return false;
	*out = width == 1 ? p[0] :
	    (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	s->p += width;
	s->n -= width;
	return true;
}

/* Takes one pair off s: false when there is none or it is cut short. */
static bool
pair_next(struct str *s, struct str *name, struct str *value)
{
	if (!pair_length(s, &name->n) || !pair_length(s, &value->n) ||
	    name->n > s->n || value->n > s->n - name->n)
		return false;
	name->p = s->p;
	value->p = s->p + name->n;
	s->p += name->n + value->n;
	s->n -= name->n + value->n;
	return true;
}

static size_t
pairs_count(struct str s)
{
	struct str name, value;
	size_t n = 0;

	while (pair_next(&s, &name, &value))
		n++;
	return s.n == 0 ? n : SIZE_MAX;
}

char **
fcgi_env(struct fcgi *f)
{
	struct str s = { f->params.p, f->params.n }, name, value;
	size_t n = pairs_count(s);
	char **env, *p;

	if (n == SIZE_MAX)
		return NULL;
	env = arena_alloc(f->arena, (n + 1) * sizeof *env);
	for (size_t i = 0; i < n && pair_next(&s, &name, &value); i++) {
		env[i] = p = arena_alloc(f->arena, name.n + value.n + 2);
		memcpy(p, name.p, name.n);
		p[name.n] = '=';
		memcpy(p + name.n + 1, value.p, value.n);
	}
	return env;
}

/* ---- records in ---- */

static enum type
record_type(const struct fcgi *f)
{
	return f->header[1];
}

static unsigned
record_id(const struct fcgi *f)
{
	return (unsigned)f->header[2] << 8 | f->header[3];
}

/* Content for the request that we have, and not for another one. */
static bool
record_is_ours(const struct fcgi *f)
{
	return f->state != FCGI_IDLE && record_id(f) == f->id;
}

static void
request_begin(struct fcgi *f)
{
	unsigned role = (unsigned)f->fixed[0] << 8 | f->fixed[1], id = record_id(f);

	if (f->fixed_n < sizeof f->fixed || (f->state != FCGI_IDLE && id == f->id)) {
		f->state = FCGI_BROKEN;
	} else if (f->state != FCGI_IDLE) {
		put_end(f, id, CANT_MPX_CONN);
	} else if (role != RESPONDER) {
		put_end(f, id, UNKNOWN_ROLE);
		f->keep = f->fixed[2] & KEEP_CONN;
	} else {
		f->state = FCGI_READING;
		f->id = id;
		f->keep = f->fixed[2] & KEEP_CONN;
		f->aborted = f->params_done = false;
		f->body_size = 0;
		buf_init(&f->params, f->arena);
		buf_init(&f->body, f->arena);
	}
}

static void
request_abort(struct fcgi *f)
{
	f->aborted = true;
	if (f->state == FCGI_READING) {
		put_end(f, f->id, REQUEST_COMPLETE);
		f->state = FCGI_IDLE;
	}
}

static void
values_answer(struct fcgi *f)
{
	static const struct {
		const char *name, *value;
	} known[] = {
		{ "FCGI_MAX_CONNS", "1024" }, { "FCGI_MAX_REQS", "1024" }, { "FCGI_MPXS_CONNS", "0" },
	};
	struct str s = { (const char *)f->asked, f->asked_n }, name, value;
	struct buf b;

	buf_init(&b, f->arena);
	while (pair_next(&s, &name, &value))
		for (size_t i = 0; i < COUNT(known); i++)
			if (name.n == strlen(known[i].name) && memcmp(name.p, known[i].name, name.n) == 0)
				buf_printf(&b, "%c%c%s%s", (int)name.n, (int)strlen(known[i].value),
				    known[i].name, known[i].value);
	put_record(f, GET_VALUES_RESULT, 0, buf_text(&b), b.n);
}

static void
management_end(struct fcgi *f)
{
	const unsigned char unknown[8] = { record_type(f) };

	if (record_type(f) == GET_VALUES)
		values_answer(f);
	else
		put_record(f, UNKNOWN_TYPE, 0, unknown, sizeof unknown);
}

static void
params_content(struct fcgi *f, const char *p, size_t n)
{
	if (f->params_done || f->params.n + n > FCGI_PARAMS_MAX)
		f->state = FCGI_BROKEN;
	else
		buf_add(&f->params, p, n);
}

static void
stdin_content(struct fcgi *f, const char *p, size_t n)
{
	size_t room = f->body_max - f->body.n;

	if (!f->params_done)
		f->state = FCGI_BROKEN;
	f->body_size += n;
	buf_add(&f->body, p, least(n, room));
}

/* Adds to the n bytes in a place of that size what still fits. */
static void
take(unsigned char *place, size_t size, size_t *n, const char *p, size_t more)
{
	size_t k = least(more, size - *n);

	memcpy(place + *n, p, k);
	*n += k;
}

/* A piece of the present record's content. */
static void
record_content(struct fcgi *f, const char *p, size_t n)
{
	if (record_id(f) == 0) {
		take(f->asked, sizeof f->asked, &f->asked_n, p, n);
	} else if (record_type(f) == BEGIN_REQUEST) {
		take(f->fixed, sizeof f->fixed, &f->fixed_n, p, n);
	} else if (record_is_ours(f) && f->state == FCGI_READING) {
		if (record_type(f) == PARAMS)
			params_content(f, p, n);
		else if (record_type(f) == STDIN)
			stdin_content(f, p, n);
	}
}

/* The last byte of a record's content was taken; empty tells a stream's end from
 * a piece of it. */
static void
record_end(struct fcgi *f, bool empty)
{
	if (record_id(f) == 0)
		management_end(f);
	else if (record_type(f) == BEGIN_REQUEST)
		request_begin(f);
	else if (!record_is_ours(f))
		return;
	else if (record_type(f) == ABORT_REQUEST)
		request_abort(f);
	else if (f->state != FCGI_READING || !empty)
		return;
	else if (record_type(f) == PARAMS)
		f->params_done = true;
	else if (record_type(f) == STDIN)
		f->state = f->params_done ? FCGI_READY : FCGI_BROKEN;
}

static void
record_begin(struct fcgi *f)
{
	f->header_n = 0;
	f->fixed_n = 0;
	f->content_left = (size_t)f->header[4] << 8 | f->header[5];
	f->padding_left = f->header[6];
	f->asked_n = 0;
	if (f->header[0] != VERSION)
		f->state = FCGI_BROKEN;
	else if (f->content_left == 0)
		record_end(f, true);
}

void
fcgi_feed(struct fcgi *f, const void *bytes, size_t n)
{
	const char *p = bytes;
	size_t k;

	for (; n > 0 && f->state != FCGI_BROKEN; p += k, n -= k) {
		if (f->content_left > 0) {
			k = least(n, f->content_left);
			record_content(f, p, k);
			f->content_left -= k;
			if (f->content_left == 0 && f->state != FCGI_BROKEN)
				record_end(f, false);
		} else if (f->padding_left > 0) {
			k = least(n, f->padding_left);
			f->padding_left -= k;
		} else {
			k = least(n, sizeof f->header - f->header_n);
			memcpy(f->header + f->header_n, p, k);
			f->header_n += k;
			if (f->header_n == sizeof f->header)
				record_begin(f);
		}
	}
}
