/* SPDX-License-Identifier: MIT */
/* The request loop, and the only file that talks to libfcgi. */
#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/app.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/event.h"
#include "common/handler.h"
#include "common/log.h"

#define STACK_SIZE (512 * 1024)

struct worker {
	const struct program *program;
	pthread_t thread;
};

static _Atomic bool stopping;

/* Reads the body whole, or not at all.  libfcgi takes parameters that were cut off
 * between two for all there are; only the end of the stream tells. */
static int
read_body(struct req *r, FCGX_Stream *in)
{
	size_t n;
	char *p;
	int rc = req_body_size(r, &n);

	if (rc < 0)
		return rc;
	p = arena_alloc(r->arena, n + 1);
	if (n > 0 && FCGX_GetStr(p, (int)n, in) != (int)n)
		return req_fail(r, E_BAD_REQUEST, NULL, "the body ended early");
	if (FCGX_GetChar(in) != EOF || FCGX_GetError(in) != 0)
		return req_fail(r, E_BAD_REQUEST, NULL, "the request has no orderly end");
	r->body = (struct str){ p, n };
	return 0;
}

static void
send_answer(struct req *r, FCGX_Stream *out)
{
	struct buf head;

	buf_init(&head, r->arena);
	resp_head(r, &head);
	FCGX_PutStr(head.p, (int)head.n, out);
	if (!r->head && r->resp.body.n > 0)
		FCGX_PutStr(r->resp.body.p, (int)r->resp.body.n, out);
}

static void
serve_one(const struct program *program, FCGX_Request *f, struct arena *arena, struct db *db)
{
	struct req r = {
		.arena = arena,
		.db = db,
		.program = program,
		.route = program->route,
		.handler = program->handler,
		.env = f->envp,
	};
	struct db_stats before = db_stats(db), after;
	uint64_t start = micros_now();

	program_open(&r);
	read_body(&r, f->in);
	program_serve(&r);
	send_answer(&r, f->out);
	FCGX_Finish_r(f);
	after = db_stats(db);
	program_close(&r, micros_now() - start, after.micros - before.micros,
	    after.retries - before.retries);
}

/* Where this thread learns of connections; each one wakes one thread. */
static int
queue_open(void)
{
	struct epoll_event listening = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int queue = epoll_create1(EPOLL_CLOEXEC);

	if (queue < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, STDIN_FILENO, &listening) < 0)
		abort();
	return queue;
}

/* Waits for a connection; false when it is time to end.  SIGUSR1, which says so,
 * is let in nowhere else: it can come neither too early nor into a request. */
static bool
queue_wait(int queue)
{
	struct epoll_event event;
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGUSR1);
	epoll_pwait(queue, &event, 1, -1, &mask);
	return !stopping;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	int queue = queue_open();
	struct db *db = db_open(setting("DATABASE_URL"));
	struct arena *arena = arena_new();
	FCGX_Request f;

	FCGX_InitRequest(&f, STDIN_FILENO, 0);
	while (queue_wait(queue)) {
		if (FCGX_Accept_r(&f) == 0) {
			serve_one(w->program, &f, arena, db);
			arena_reset(arena);
		}
	}
	FCGX_Free(&f, 1);
	arena_free(arena);
	db_close(db);
	close(queue);
	return NULL;
}

static void
wake(int sig)
{
	(void)sig;	/* its arrival alone ends epoll_pwait() */
}

/* SIGTERM and SIGINT are for the main thread, which waits for them; SIGUSR1
 * gets the others out of queue_wait(). */
static void
signals_prepare(sigset_t *stop)
{
	struct sigaction usr1 = { .sa_handler = wake };

	sigemptyset(stop);
	sigaddset(stop, SIGTERM);
	sigaddset(stop, SIGINT);
	sigaddset(stop, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, stop, NULL);
	sigdelset(stop, SIGUSR1);
	sigaction(SIGUSR1, &usr1, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
workers_start(struct worker *w, int n, const struct program *p)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (int i = 0; i < n; i++) {
		w[i].program = p;
		if (pthread_create(&w[i].thread, &attr, work, &w[i]) != 0)
			abort();
	}
	pthread_attr_destroy(&attr);
}

/* All are told before the first is waited for. */
static void
workers_stop(struct worker *w, int n)
{
	for (int i = 0; i < n; i++)
		pthread_kill(w[i].thread, SIGUSR1);
	for (int i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
}

static int
thread_count(const struct route *r)
{
	const char *s = setting("THREADS");
	long n = s != NULL ? strtol(s, NULL, 10) : 0;

	return n >= 1 && n <= 1024 ? (int)n : r->threads;
}

int
handler_main(const struct handler *h)
{
	static struct program program;
	struct err e = { 0 };
	struct worker *workers;
	sigset_t stop;
	int n, sig;

	mallopt(M_ARENA_MAX, 2);
	crypto_init();
	if (FCGX_Init() != 0 || FCGX_IsCGI()) {
		fprintf(stderr, "gh-%s: standard input must be a listening FastCGI socket\n", h->name);
		return 2;
	}
	/* Another thread, or another process, may have taken the connection. */
	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	signals_prepare(&stop);
	if (program_init(&program, h, &e) < 0) {
		log_program("error", h->name, "%s", e.log);
		return 1;
	}
	if (program.route->threads == 0)
		return event_main(&program);
	n = thread_count(program.route);
	workers = calloc((size_t)n, sizeof *workers);
	if (workers == NULL)
		abort();
	workers_start(workers, n, &program);
	sigwait(&stop, &sig);
	stopping = true;
	workers_stop(workers, n);
	free(workers);
	return 0;
}
