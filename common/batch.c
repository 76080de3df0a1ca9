/* SPDX-License-Identifier: MIT */
#include "common/batch.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/db.h"
#include "common/handler.h"
#include "common/log.h"

#define THREADS 4	/* for calls that go alone */
#define STACK_SIZE (512 * 1024)
#define PATIENCE_MICROS 10000000	/* a call that waited this long is not begun any more */

/* Requests in order of arrival, linked by r->call.next. */
struct queue {
	struct req *first, **end;
};

struct batcher {
	const struct handler *handler;
	const char *url;
	void (*done)(struct req *r);
	void (*parked)(struct req *r);
	struct db *db;
	struct arena *arena;	/* of the transaction in flight */
	struct queue waiting;
	struct req *flight[BATCH_MAX];
	size_t flying;

	pthread_mutex_t lock;	/* for the two queues below */
	pthread_cond_t more;
	struct queue alone, answered;
	int bell;		/* eventfd: something was answered */
};

static void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void
queue_add(struct queue *q, struct req *r)
{
	r->call.next = NULL;
	*q->end = r;
	q->end = &r->call.next;
}

static struct req *
queue_take(struct queue *q)
{
	struct req *r = q->first;

	if (r != NULL && (q->first = r->call.next) == NULL)
		q->end = &q->first;
	return r;
}

/* ---- calls that go alone: these run on threads of their own ---- */

static void
call_alone(struct batcher *b, struct db *db, struct req *r)
{
	struct db_stats before = db_stats(db);

	if (micros_now() - r->call.since > PATIENCE_MICROS) {
		r->call.rc = req_fail(r, E_UNAVAILABLE, NULL, "waited too long");
		return;
	}
	r->call.rc = db_call(db, r->arena, r->label, b->handler->batch.one, r->call.args,
	    r->call.nargs, &r->call.answer, &r->err);
	r->call.db_micros += db_stats(db).micros - before.micros;
	r->call.db_retries += db_stats(db).retries - before.retries;
}

static void *
work_alone(void *arg)
{
	struct batcher *b = arg;
	struct db *db = db_open(b->url);
	const uint64_t one = 1;
	struct req *r;

	for (;;) {
		pthread_mutex_lock(&b->lock);
		while ((r = queue_take(&b->alone)) == NULL)
			pthread_cond_wait(&b->more, &b->lock);
		pthread_mutex_unlock(&b->lock);
		call_alone(b, db, r);
		pthread_mutex_lock(&b->lock);
		queue_add(&b->answered, r);
		pthread_mutex_unlock(&b->lock);
		if (write(b->bell, &one, sizeof one) < 0)
			abort();
	}
	return NULL;
}

static void
threads_start(struct batcher *b)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->more, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, &attr, work_alone, b) != 0)
			abort();
	pthread_attr_destroy(&attr);
}

/* ---- the transaction in flight ---- */

struct batcher *
batcher_new(const struct handler *h, const char *url, void (*done)(struct req *r),
    void (*parked)(struct req *r))
{
	struct batcher *b = calloc(1, sizeof *b);

	if (b == NULL)
		abort();
	b->handler = h;
	b->url = url;
	b->done = done;
	b->parked = parked;
	b->db = db_open(url);
	b->arena = arena_new();
	b->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (b->bell < 0)
		abort();
	queue_init(&b->waiting);
	queue_init(&b->alone);
	queue_init(&b->answered);
	threads_start(b);
	return b;
}

void
batcher_add(struct batcher *b, struct req *r)
{
	r->call.since = micros_now();
	queue_add(&b->waiting, r);
}

int
batcher_socket(const struct batcher *b)
{
	return b->flying > 0 ? db_socket(b->db) : -1;
}

int
batcher_bell(const struct batcher *b)
{
	return b->bell;
}

static void
go_alone(struct batcher *b, struct req *r)
{
	r->err = (struct err){ 0 };
	b->parked(r);
	pthread_mutex_lock(&b->lock);
	queue_add(&b->alone, r);
	pthread_cond_signal(&b->more);
	pthread_mutex_unlock(&b->lock);
}

/* An item of a batch's answer: the answer to one call, or {"error", "detail"} in
 * place of what the function for one would raise. */
static int
item_take(struct req *r, const char *text)
{
	struct json_object *item;
	struct err parse = { 0 };
	const char *name, *detail;

	r->call.answer = arena_strdup(r->arena, text);
	if (strncmp(text, "{\"error\":", 9) != 0)
		return 0;
	if (json_parse(r->arena, text, strlen(text), JSON_DEPTH, &item, &parse) < 0 ||
	    (name = json_text(item, "error")) == NULL)
		return req_fail(r, E_INTERNAL, NULL, "an item that is no answer");
	detail = json_write(r->arena, json_member(item, "detail"));
	return req_fail(r, error_code(name), detail, name);
}

static void
flight_answer(struct batcher *b, const struct db_rows *rows)
{
	struct req *r;

	for (size_t i = 0; i < b->flying; i++) {
		r = b->flight[i];
		if (i < rows->n && rows->text[i] == NULL) {
			go_alone(b, r);
			continue;
		}
		r->call.rc = i < rows->n ? item_take(r, rows->text[i]) :
		    req_fail(r, E_INTERNAL, NULL, "a batch with too few answers");
		b->done(r);
	}
}

/* Every call of the flight failed by e, whose detail is in the flight's arena. */
static void
flight_fail(struct batcher *b, const struct err *e)
{
	struct req *r;

	for (size_t i = 0; i < b->flying; i++) {
		r = b->flight[i];
		r->call.rc = req_fail(r, e->code,
		    e->detail != NULL ? arena_strdup(r->arena, e->detail) : NULL, e->log);
		b->done(r);
	}
}

static void
flight_end(struct batcher *b, enum db_fate fate, const struct db_rows *rows, const struct err *e)
{
	uint64_t now = micros_now();

	for (size_t i = 0; i < b->flying; i++)
		b->flight[i]->call.db_micros = now - b->flight[i]->call.sent;
	if (fate == DB_REFUSED && b->flying > 1)
		log_program("warning", b->handler->name, "a batch goes one by one: %s", e->log);
	if (fate == DB_REFUSED)
		for (size_t i = 0; i < b->flying; i++)
			go_alone(b, b->flight[i]);
	else if (e->code != 0)
		flight_fail(b, e);
	else
		flight_answer(b, rows);
	b->flying = 0;
	arena_reset(b->arena);
}

/* One array for each argument of the function for one, that of the labels first. */
static enum db_fate
send_many(struct batcher *b, struct err *e)
{
	int n = b->flight[0]->call.nargs;
	const char **columns = arena_alloc(b->arena, (size_t)(n + 1) * sizeof *columns);
	const char *column[BATCH_MAX];

	for (size_t i = 0; i < b->flying; i++)
		column[i] = b->flight[i]->label;
	columns[0] = db_array(b->arena, column, b->flying);
	for (int k = 0; k < n; k++) {
		for (size_t i = 0; i < b->flying; i++)
			column[i] = b->flight[i]->call.args[k];
		columns[k + 1] = db_array(b->arena, column, b->flying);
	}
	return db_begin(b->db, b->arena, b->handler->name, b->handler->batch.many, columns, n + 1, e);
}

static enum db_fate
send_one(struct batcher *b, struct err *e)
{
	struct req *r = b->flight[0];

	return db_begin(b->db, b->arena, r->label, b->handler->batch.one, r->call.args, r->call.nargs,
	    e);
}

static void
flight_begin(struct batcher *b)
{
	struct err e = { 0 };
	enum db_fate fate;
	struct req *r;

	while (b->flying < BATCH_MAX && (r = queue_take(&b->waiting)) != NULL) {
		r->call.sent = micros_now();
		b->flight[b->flying++] = r;
	}
	if (b->flying == 0)
		return;
	fate = b->flying == 1 ? send_one(b, &e) : send_many(b, &e);
	if (fate != DB_BUSY)
		flight_end(b, fate, NULL, &e);
}

static void
take_answered(struct batcher *b)
{
	struct queue q;
	struct req *r;
	uint64_t rings;

	if (read(b->bell, &rings, sizeof rings) < 0)
		return;
	queue_init(&q);
	pthread_mutex_lock(&b->lock);
	while ((r = queue_take(&b->answered)) != NULL)
		queue_add(&q, r);
	pthread_mutex_unlock(&b->lock);
	while ((r = queue_take(&q)) != NULL)
		b->done(r);
}

void
batcher_run(struct batcher *b)
{
	struct err e = { 0 };
	struct db_rows rows;
	enum db_fate fate;

	take_answered(b);
	if (b->flying > 0) {
		fate = db_end(b->db, b->arena, &rows, &e);
		if (fate == DB_BUSY)
			return;
		flight_end(b, fate, &rows, &e);
	}
	while (b->flying == 0 && b->waiting.first != NULL)
		flight_begin(b);
}
