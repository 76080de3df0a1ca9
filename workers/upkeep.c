/* SPDX-License-Identifier: MIT */
/* gh-upkeep: does what is to be done again and again, as the table jobs says.  A job
 * is done by one worker at a time, in steps of a transaction each; one that fails
 * does not hold up the others. */
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/json.h"
#include "common/log.h"
#include "common/reconcile.h"
#include "common/req.h"
#include "common/util.h"
#include "common/worker.h"

#define POLL_MS 30000		/* when no notification comes */
#define PAUSE_MS 1000		/* after an error of the database */

struct job {
	struct worker *worker;
	struct arena *arena;
	const char *name, *run;		/* run: a number as text */
	const char *said;		/* what a job of our own found */
};

/* Waits for a notification, a signal, or the end of the time. */
static void
await(struct worker *w, int timeout_ms)
{
	struct pollfd watched[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int fds[2];

	worker_fds(w, fds);
	watched[0].fd = fds[0];
	watched[1].fd = fds[1];
	poll(watched, COUNT(watched), timeout_ms);
	worker_heard(w);
}

/* ---- jobs of our own ------------------------------------------------------- */

/* Keeps the lease while the walk goes on; false when we are to end. */
static bool
reconcile_goes_on(void *arg, const char *kind, const struct reconcile_count *n)
{
	struct job *j = arg;
	const char *args[] = { j->name, j->run };
	struct arena *a = arena_new();
	struct json_object *answer;
	struct err e = { 0 };
	bool lost = false;

	(void)kind;
	(void)n;
	worker_heard(j->worker);
	if (worker_call(j->worker, a, "job_step", args, COUNT(args), &answer, &e) == 0)
		json_truth(answer, "lost", &lost);
	arena_free(a);
	return !lost && !j->worker->stopping;
}

static int
job_reconcile(struct job *j, struct err *e)
{
	struct reconcile r = { .db = j->worker->db, .caller = j->worker->name,
		.stripe = { setting("STRIPE_SECRET_KEY"), setting("STRIPE_API_BASE") },
		.days = RECONCILE_DAYS, .walked = reconcile_goes_on, .arg = j };
	int rc = reconcile_run(&r, j->arena, e);

	j->said = arena_printf(j->arena, "%" PRId64 " seen, %" PRId64 " missing, %" PRId64 " repaired",
	    r.sum.seen, r.sum.missing, r.sum.repaired);
	if (rc == 0 && r.sum.missing > r.sum.repaired)
		return err_set(e, E_STRIPE_FAILED, "something stays missing: %s", j->said);
	return rc;
}

static const struct {
	const char *name;
	int (*run)(struct job *j, struct err *e);
} own_jobs[] = { { "reconcile", job_reconcile } };

static int
own_run(struct job *j, struct err *e)
{
	for (size_t i = 0; i < COUNT(own_jobs); i++)
		if (strcmp(own_jobs[i].name, j->name) == 0)
			return own_jobs[i].run(j, e);
	return err_set(e, E_INTERNAL, "this version knows no job %s", j->name);
}

/* ---- running one ------------------------------------------------------------ */

/* Steps until there is no more, or we are to end. */
static int
steps_run(struct job *j, struct err *e)
{
	const char *args[] = { j->name, j->run };
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && !j->worker->stopping) {
		struct arena *a = arena_new();
		struct json_object *answer;

		rc = worker_call(j->worker, a, "job_step", args, COUNT(args), &answer, e);
		more = rc == 0 && json_truth(answer, "more", &more) == 1 && more;
		e->detail = NULL;	/* it was in that memory */
		arena_free(a);
		worker_heard(j->worker);
	}
	return rc == 0 && more ? err_set(e, E_UNAVAILABLE, "stopped half way") : rc;
}

/* Runs it and says how it went.  Who stops half way leaves the rest to the next. */
static void
job_run(struct job *j, bool own)
{
	uint64_t begun = micros_now();
	struct err e = { 0 }, lost = { 0 };
	int rc = own ? own_run(j, &e) : steps_run(j, &e);
	const char *how = rc == 0 ? "done" : j->worker->stopping ? "stopped" : "failed";
	const char *args[] = { j->name, j->run, how,
		rc == 0 ? j->said : arena_printf(j->arena, "%s: %s", error_row(rc)->name, e.log) };
	struct json_object *none;

	log_program(strcmp(how, "failed") == 0 ? "error" : "info", "upkeep", "%s %s in %" PRIu64 " ms%s%s",
	    j->name, how, (micros_now() - begun) / 1000, args[3] == NULL ? "" : ": ",
	    args[3] == NULL ? "" : args[3]);
	if (worker_call(j->worker, j->arena, "job_end", args, COUNT(args), &none, &lost) < 0)
		worker_complain(j->worker, "ending a job", &lost);
}

/* Takes a job and runs it; returns how long to wait for the next, in ms. */
static int
job_next(struct worker *w)
{
	struct job j = { .worker = w, .arena = arena_new() };
	struct json_object *claim;
	struct err e = { 0 };
	int64_t wait = 0;
	bool own = false;

	if (worker_call(w, j.arena, "job_claim", NULL, 0, &claim, &e) < 0) {
		worker_complain(w, "claiming", &e);
		wait = PAUSE_MS;
	} else if (json_text(claim, "name") != NULL) {
		j.name = json_text(claim, "name");
		j.run = json_write(j.arena, json_member(claim, "run"));
		json_truth(claim, "own", &own);
		job_run(&j, own);
	} else if (json_int64(claim, "wait", &wait) != 1) {
		wait = POLL_MS;
	}
	arena_free(j.arena);
	return wait < POLL_MS ? (int)wait : POLL_MS;
}

int
main(void)
{
	struct worker w;
	struct err e = { 0 };
	int wait;

	if (worker_open(&w, "upkeep", "jobs", &e) < 0) {
		log_program("error", "upkeep", "%s", e.log);
		return EXIT_FAILURE;
	}
	while (!w.stopping) {
		wait = job_next(&w);
		await(&w, wait);
	}
	worker_close(&w);
	return EXIT_SUCCESS;
}
