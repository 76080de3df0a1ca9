/* SPDX-License-Identifier: MIT */
/* gh-outbox: sends what the outbox holds.  Takes what is due under a lease, sends
 * many at once, and records how it went in batches.  Killed at any moment, what it
 * had taken is due again when the lease is over; doc/outbox says what that means. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/req.h"
#include "common/worker.h"
#include "workers/channel.h"

#define IN_FLIGHT 64		/* messages of one channel at once */
#define CLAIM_LEAST 16		/* free places that are worth asking for more */
#define POLL_MS 5000		/* when no notification comes */
#define PAUSE_MS 1000		/* after an error of the database */
#define GATHER_MS 5		/* how long results wait for company */
#define RECORD_MOST 128		/* results in one call */
#define RECORD_BYTES ((size_t)4 << 20)
#define STOP_MICROS 30000000	/* how long after SIGTERM what is under way may take */
#define PAYLOAD_DEPTH 64	/* what a strict reader let in, in whatever it was put */

/* A channel that is configured. */
struct lane {
	const struct channel *channel;
	const char *settings;		/* digest */
	uint64_t wake_at;		/* when to claim again; micros_now() */
	unsigned in_flight;
};

struct outbox {
	struct worker worker;
	struct lane lanes[3];
	size_t nlanes;
	struct fetch_multi *multi;
	struct metrics *metrics;
	struct arena *arena;		/* of the results that wait */
	struct buf results;		/* JSON elements */
	unsigned waiting;		/* results that wait */
	uint64_t since;			/* since when */
	uint64_t record_at;		/* not before, after an error */
	uint64_t stopped_at;		/* when SIGTERM came, or 0 */
};

/* A message under way, in its own arena. */
struct errand {
	struct arena *arena;
	struct lane *lane;
	struct job job;
	uint64_t begun;
};

int64_t
retry_after_ms(struct arena *a, const struct fetch_result *r)
{
	const char *text = fetch_header(a, r, "Retry-After");
	long seconds = text == NULL ? 0 : strtol(text, NULL, 10);

	return seconds < 0 ? 0 : seconds > 86400 ? INT64_C(86400000) : (int64_t)seconds * 1000;
}

/* ---- results --------------------------------------------------------------- */

static void
text_add(struct buf *b, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, text);
}

static void
result_add(struct outbox *o, const struct errand *t, const struct verdict *v,
    const struct fetch_result *r)
{
	struct buf *b = &o->results;

	if (o->waiting++ == 0)
		o->since = micros_now();
	buf_printf(b, "%s{\"id\":%s,\"claim\":%" PRId64 ",\"fate\":\"%s\",\"wait\":%" PRId64
	    ",\"wide\":%s,\"status\":%ld", b->n > 0 ? "," : "[", t->job.id, t->job.claim, v->fate,
	    v->wait_ms, v->wide ? "true" : "false", r->status);
	text_add(b, "outcome", v->outcome);
	text_add(b, "error", v->error);
	text_add(b, "to", v->to);
	text_add(b, "settings", t->lane->settings);
	if (v->answer)
		text_add(b, "answer", arena_strndup(t->arena, r->body.p, r->body.n));
	buf_str(b, "}");
}

static bool
record_due(const struct outbox *o)
{
	uint64_t now = micros_now();
	unsigned in_flight = 0;

	if (o->waiting == 0 || now < o->record_at)
		return false;
	for (size_t i = 0; i < o->nlanes; i++)
		in_flight += o->lanes[i].in_flight;
	return in_flight == 0 || o->waiting >= RECORD_MOST || o->results.n >= RECORD_BYTES ||
	    now - o->since >= GATHER_MS * 1000;
}

static void
lanes_wake(struct outbox *o)
{
	for (size_t i = 0; i < o->nlanes; i++)
		o->lanes[i].wake_at = 0;
}

/* What was not recorded is kept and said again: saying it twice is harmless. */
static void
record(struct outbox *o)
{
	const char *args[] = { arena_printf(o->arena, "%s]", buf_text(&o->results)) };
	struct json_object *counts;
	struct err e = { 0 };
	int64_t again = 0;

	if (worker_call(&o->worker, o->arena, "outbox_record", args, 1, &counts, &e) < 0) {
		worker_complain(&o->worker, "recording", &e);
		o->record_at = micros_now() + PAUSE_MS * 1000;
		return;
	}
	log_program("info", "outbox", "recorded %s", json_write(o->arena, counts));
	if (json_int64(counts, "again", &again) == 1 && again > 0)
		lanes_wake(o);		/* they may be due before the next look */
	arena_reset(o->arena);
	buf_init(&o->results, o->arena);
	o->waiting = 0;
}

/* ---- sending --------------------------------------------------------------- */

static void
errand_end(struct outbox *o, struct errand *t, const struct verdict *v,
    const struct fetch_result *r)
{
	bool well = strcmp(v->fate, "done") == 0;

	if (!well)
		log_program("warning", "outbox", "%s %s (%s) claim %" PRId64 ": %s: %s",
		    t->lane->channel->name, t->job.id, t->job.kind, t->job.claim, v->fate,
		    v->error == NULL ? "" : v->error);
	result_add(o, t, v, r);
	t->lane->in_flight--;
	arena_free(t->arena);
}

static void
errand_begin(struct outbox *o, struct lane *lane, const struct json_object *job, int64_t at)
{
	struct arena *a = arena_new();
	struct errand *t = arena_alloc(a, sizeof *t);
	const char *payload = json_text(job, "payload");
	struct fetch_result none = { 0 };
	struct fetch_request q;
	struct verdict v = { 0 };
	struct err e = { 0 };

	*t = (struct errand){ .arena = a, .lane = lane, .begun = micros_now() };
	t->job = (struct job){ .id = arena_strdup(a, json_text(job, "id")), .at = at,
		.kind = arena_strdup(a, json_text(job, "kind")),
		.created_at = arena_strdup(a, json_text(job, "created_at")) };
	json_int64(job, "claim", &t->job.claim);
	lane->in_flight++;
	if (json_parse(a, payload, strlen(payload), PAYLOAD_DEPTH, &t->job.payload, &e) < 0 ||
	    lane->channel->request(a, &t->job, &q, &e) < 0) {
		v.fate = "refused";
		v.error = arena_printf(a, "%s: %s", error_row(e.code)->name, e.log);
		errand_end(o, t, &v, &none);
		return;
	}
	metrics_begin(o->metrics);
	fetch_multi_add(o->multi, a, &q, t);
}

/* Takes every answer that is there. */
static void
answers_take(struct outbox *o)
{
	struct fetch_result r;
	struct errand *t;

	for (;;) {
		struct verdict v = { 0 };
		struct err e = { 0 };

		t = fetch_multi_next(o->multi, &r, &e);
		if (t == NULL)
			return;
		if (e.code < 0) {
			v.fate = "again";
			v.error = e.log;
		} else {
			t->lane->channel->judge(t->arena, &t->job, &r, &v);
		}
		metrics_end(o->metrics, (int)r.status, micros_now() - t->begun, 0, 0);
		errand_end(o, t, &v, &r);
	}
}

/* ---- claiming -------------------------------------------------------------- */

static void
jobs_begin(struct outbox *o, struct lane *lane, struct json_object *claim)
{
	struct json_object *jobs = json_member(claim, "jobs");
	int64_t at = 0, wait = POLL_MS;

	json_int64(claim, "at", &at);
	json_int64(claim, "wait", &wait);
	lane->wake_at = micros_now() + (uint64_t)(wait < POLL_MS ? wait : POLL_MS) * 1000;
	for (size_t i = 0; i < json_object_array_length(jobs); i++)
		errand_begin(o, lane, json_object_array_get_idx(jobs, i), at);
}

static void
claim(struct outbox *o, struct lane *lane)
{
	struct arena *a = arena_new();
	const char *args[] = { lane->channel->name,
		arena_printf(a, "%u", IN_FLIGHT - lane->in_flight) };
	struct json_object *answer;
	struct err e = { 0 };

	if (worker_call(&o->worker, a, "outbox_claim", args, COUNT(args), &answer, &e) < 0) {
		worker_complain(&o->worker, "claiming", &e);
		lane->wake_at = micros_now() + PAUSE_MS * 1000;
	} else {
		jobs_begin(o, lane, answer);
	}
	arena_free(a);
}

static void
claims(struct outbox *o)
{
	for (size_t i = 0; i < o->nlanes; i++) {
		struct lane *lane = &o->lanes[i];

		if (micros_now() >= lane->wake_at && lane->in_flight + CLAIM_LEAST <= IN_FLIGHT)
			claim(o, lane);
	}
}

/* ---- life ------------------------------------------------------------------ */

/* Milliseconds until something is to be done without anybody's asking. */
static int
patience(const struct outbox *o)
{
	uint64_t now = micros_now(), next = now + POLL_MS * 1000;

	for (size_t i = 0; i < o->nlanes && !o->worker.stopping; i++)
		if (o->lanes[i].in_flight + CLAIM_LEAST <= IN_FLIGHT && o->lanes[i].wake_at < next)
			next = o->lanes[i].wake_at;
	if (o->waiting > 0 && next > now + GATHER_MS * 1000)
		next = o->record_at > now ? o->record_at : now + GATHER_MS * 1000;
	return next <= now ? 0 : (int)((next - now) / 1000) + 1;
}

static void
turn(struct outbox *o)
{
	int fds[2];

	if (!o->worker.stopping)
		claims(o);
	worker_fds(&o->worker, fds);
	fetch_multi_wait(o->multi, fds, COUNT(fds), patience(o));
	if (worker_heard(&o->worker))
		lanes_wake(o);
	if (o->worker.stopping && o->stopped_at == 0)
		o->stopped_at = micros_now();
	answers_take(o);
	if (record_due(o))
		record(o);
}

/* Whether there is anything to finish, and time for it: what is not finished is
 * due again when its lease is over. */
static bool
busy(const struct outbox *o)
{
	if (o->stopped_at != 0 && micros_now() - o->stopped_at > STOP_MICROS)
		return false;
	for (size_t i = 0; i < o->nlanes; i++)
		if (o->lanes[i].in_flight > 0)
			return true;
	return o->waiting > 0;
}

/* The channels whose settings are there. */
static int
lanes_open(struct outbox *o, struct arena *a, struct err *e)
{
	static const struct channel *const channels[] = { &notice_channel, &telegram_channel,
		&stripe_channel };
	const char *digest;

	for (size_t i = 0; i < COUNT(channels); i++) {
		if (channels[i]->open(a, &digest, e) < 0)
			return e->code;
		log_program("info", "outbox", "%s: %s", channels[i]->name,
		    digest == NULL ? "not configured" : "open");
		if (digest == NULL)
			continue;
		o->lanes[o->nlanes++] = (struct lane){ .channel = channels[i],
			.settings = sha256_hex(a, digest, strlen(digest)) };
	}
	return 0;
}

/* Tells the database with which settings we begin; tried until it answers. */
static bool
lanes_announce(struct outbox *o)
{
	struct json_object *said;

	for (size_t i = 0; i < o->nlanes; i++) {
		const char *args[] = { o->lanes[i].channel->name, o->lanes[i].settings };
		struct err e = { 0 };

		if (worker_call(&o->worker, o->arena, "outbox_open", args, COUNT(args), &said, &e) < 0) {
			worker_complain(&o->worker, "opening", &e);
			return false;
		}
		if (json_text(said, "halted") != NULL)
			log_program("warning", "outbox", "%s is halted: %s", args[0],
			    json_text(said, "halted"));
	}
	arena_reset(o->arena);
	return true;
}

static void
run(struct outbox *o)
{
	int fds[2];

	while (!o->worker.stopping && !lanes_announce(o)) {
		worker_fds(&o->worker, fds);
		fetch_multi_wait(o->multi, fds, COUNT(fds), PAUSE_MS);
		worker_heard(&o->worker);
	}
	buf_init(&o->results, o->arena);
	while (!o->worker.stopping || busy(o))
		turn(o);
}

int
main(void)
{
	struct outbox o = { .multi = fetch_multi_new(), .arena = arena_new() };
	struct arena *a = arena_new();
	struct err e = { 0 };

	if (worker_open(&o.worker, "outbox", "outbox", &e) < 0 || lanes_open(&o, a, &e) < 0) {
		log_program("error", "outbox", "%s", e.log);
		return EXIT_FAILURE;
	}
	o.metrics = metrics_open(setting("METRICS_DIR"), "outbox");
	run(&o);
	fetch_multi_free(o.multi);
	worker_close(&o.worker);
	arena_free(o.arena);
	arena_free(a);
	return EXIT_SUCCESS;
}
