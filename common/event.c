/* SPDX-License-Identifier: MIT */
#include "common/event.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/app.h"
#include "common/batch.h"
#include "common/fcgi.h"
#include "common/handler.h"
#include "common/log.h"

#define EVENTS_MAX 256
#define INPUT_SIZE 65536	/* read at once */
#define OUTPUT_MAX 1048576	/* waiting to be sent; whoever does not take it is let go */
#define CONNECTIONS_MAX 8192
#define QUIET_MICROS 200000	/* of an idle connection before it is closed at the end */
#define LAST_MICROS 40000000	/* for everything that is left then */

struct loop;

struct conn {
	struct loop *loop;
	struct conn *prev, *next;
	int fd;			/* -1 when the peer is gone and the request is not done */
	unsigned interest;	/* what epoll watches */
	struct arena *arena;
	struct fcgi fcgi;
	struct buf out;
	size_t sent;
	bool eof;		/* nothing more will come */
	bool serving;		/* the batcher has the request */
	bool parked;		/* ... and another thread the arena */
	struct req req;
	uint64_t since;		/* the request came whole */
};

struct loop {
	const struct program *program;
	struct batcher *batcher;
	int epoll, signals;
	bool listening;
	uint64_t stopping;	/* since when, 0 for not */
	struct conn *conns;
	size_t count, most;
	char input[INPUT_SIZE];
};

static void
watch(struct loop *l, int op, int fd, unsigned events, void *who)
{
	struct epoll_event e = { .events = events, .data.ptr = who };

	if (epoll_ctl(l->epoll, op, fd, &e) < 0 && errno != ENOENT && errno != EBADF)
		abort();
}

static void
listen_on(struct loop *l, bool on)
{
	if (on != l->listening)
		watch(l, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, STDIN_FILENO, EPOLLIN, l);
	l->listening = on;
}

/* ---- connections ---- */

static void
conn_new(struct loop *l, int fd)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->loop = l;
	c->fd = fd;
	c->arena = arena_new();
	buf_init(&c->out, c->arena);
	c->fcgi = (struct fcgi){ .arena = c->arena, .out = &c->out, .keep = true,
		.body_max = l->program->route->body_max };
	c->next = l->conns;
	if (c->next != NULL)
		c->next->prev = c;
	l->conns = c;
	c->interest = EPOLLIN;
	watch(l, EPOLL_CTL_ADD, fd, EPOLLIN, c);
	if (++l->count >= l->most)
		listen_on(l, false);
}

/* Lets go of the peer; of the request only when the batcher is done with it. */
static void
conn_close(struct conn *c)
{
	struct loop *l = c->loop;

	if (c->fd >= 0) {
		close(c->fd);
		c->fd = -1;
		l->count--;
		listen_on(l, l->stopping == 0);
	}
	if (c->serving)
		return;
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		l->conns = c->next;
	arena_free(c->arena);
	free(c);
}

/* What this connection waits for. */
static void
conn_watch(struct conn *c)
{
	unsigned want = (c->eof || c->parked ? 0 : EPOLLIN) |
	    (c->out.n > c->sent ? EPOLLOUT : 0);

	if (want != c->interest)
		watch(c->loop, EPOLL_CTL_MOD, c->fd, want, c);
	c->interest = want;
}

/* Between two requests: is there reason to go on? */
static bool
conn_is_over(const struct conn *c)
{
	return c->eof || !c->fcgi.keep;
}

/* Sends what there is; closes when all is said. */
static void
conn_flush(struct conn *c)
{
	ssize_t n = 0;

	while (c->sent < c->out.n && n >= 0) {
		n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			c->sent += (size_t)n;
	}
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || c->out.n - c->sent > OUTPUT_MAX) {
		conn_close(c);
		return;
	}
	if (c->sent == c->out.n && c->fcgi.state == FCGI_IDLE) {
		if (conn_is_over(c)) {
			conn_close(c);
			return;
		}
		arena_reset(c->arena);
		buf_init(&c->out, c->arena);
		c->sent = 0;
	}
	conn_watch(c);
}

/* ---- requests ---- */

/* The connection that a request belongs to. */
static struct conn *
conn_of(struct req *r)
{
	return (struct conn *)((char *)r - offsetof(struct conn, req));
}

static void
conn_answer(struct conn *c)
{
	struct req *r = &c->req;
	struct buf head;

	buf_init(&head, c->arena);
	resp_head(r, &head);
	fcgi_answer(&c->fcgi, (struct str){ head.p, head.n },
	    (struct str){ r->resp.body.p, r->head ? 0 : r->resp.body.n });
	if (c->loop->stopping != 0)
		fcgi_farewell(&c->fcgi);
	program_close(r, micros_now() - c->since, r->call.db_micros, r->call.db_retries);
	conn_flush(c);
}

static int
conn_body(struct conn *c, struct req *r)
{
	size_t n;
	int rc = req_body_size(r, &n);

	if (rc < 0 || n == 0)
		return rc;
	if (n > c->fcgi.body_size)
		return req_fail(r, E_BAD_REQUEST, NULL, "the body ended early");
	c->fcgi.body.p[n] = '\0';
	r->body = (struct str){ c->fcgi.body.p, n };
	return 0;
}

static void
conn_serve(struct conn *c)
{
	const struct program *p = c->loop->program;
	struct req *r = &c->req;

	*r = (struct req){ .arena = c->arena, .program = p, .route = p->route,
		.handler = p->handler, .env = fcgi_env(&c->fcgi), .batched = true };
	if (r->env == NULL) {
		conn_close(c);
		return;
	}
	c->since = micros_now();
	program_open(r);
	conn_body(c, r);
	if (program_serve(r)) {
		conn_answer(c);
		return;
	}
	c->serving = true;
	batcher_add(c->loop->batcher, r);
	conn_flush(c);
}

/* The batcher has an answer. */
static void
conn_done(struct req *r)
{
	struct conn *c = conn_of(r);

	c->serving = c->parked = false;
	program_settle(r);
	if (c->fd >= 0) {
		conn_answer(c);
		return;
	}
	program_close(r, micros_now() - c->since, r->call.db_micros, r->call.db_retries);
	conn_close(c);
}

/* Another thread has the arena now: nothing may be read into it. */
static void
conn_parked(struct req *r)
{
	struct conn *c = conn_of(r);

	c->parked = true;
	if (c->fd >= 0)
		conn_watch(c);
}

/* ---- events ---- */

static void
conn_event(struct conn *c, unsigned events)
{
	ssize_t n = -1;

	if (events & (EPOLLERR | EPOLLHUP)) {
		conn_close(c);
		return;
	}
	if (events & EPOLLIN) {
		n = read(c->fd, c->loop->input, sizeof c->loop->input);
		if (n > 0)
			fcgi_feed(&c->fcgi, c->loop->input, (size_t)n);
		c->eof = n == 0;
	}
	if (c->fcgi.state == FCGI_BROKEN || (c->eof && c->fcgi.state == FCGI_READING))
		conn_close(c);
	else if (c->fcgi.state == FCGI_READY && !c->serving)
		conn_serve(c);
	else
		conn_flush(c);
}

static void
accept_all(struct loop *l)
{
	int fd;

	while (l->listening && (fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		conn_new(l, fd);
}

static void
stop_begin(struct loop *l)
{
	struct signalfd_siginfo info;

	if (read(l->signals, &info, sizeof info) < 0 || l->stopping != 0)
		return;
	l->stopping = micros_now();
	listen_on(l, false);
}

/* At the end, connections without a request are closed when nothing has come for a
 * moment: what nginx may just have sent is still answered.  Returns whether all is
 * done. */
static bool
stop_step(struct loop *l)
{
	uint64_t since = micros_now() - l->stopping;
	struct conn *c, *next;

	for (c = l->conns; c != NULL; c = next) {
		next = c->next;
		if (since > QUIET_MICROS && c->fcgi.state == FCGI_IDLE && c->out.n == c->sent)
			conn_close(c);
	}
	return l->conns == NULL || since > LAST_MICROS;
}

/* One shot: an idle connection that the server ends must not wake us for ever.  A
 * new connection may have the number of the old one, which epoll has forgotten. */
static void
watch_database(struct loop *l)
{
	int fd = batcher_socket(l->batcher);
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = l->batcher };

	if (fd >= 0 && epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &e) < 0 &&
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		abort();
}

/* A database that is mute is noticed by the clock. */
static int
wait_millis(const struct loop *l)
{
	if (l->stopping != 0)
		return 50;
	return batcher_socket(l->batcher) >= 0 ? 1000 : -1;
}

static void
events_take(struct loop *l, const struct epoll_event *events, int n)
{
	for (int i = 0; i < n; i++) {
		void *who = events[i].data.ptr;

		if (who == l)
			accept_all(l);
		else if (who == &l->signals)
			stop_begin(l);
		else if (who != l->batcher)
			conn_event(who, events[i].events);
	}
}

static void
loop_open(struct loop *l, const struct program *p)
{
	struct rlimit files;
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	l->program = p;
	l->most = files.rlim_cur - 64 < CONNECTIONS_MAX ? files.rlim_cur - 64 : CONNECTIONS_MAX;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
	l->batcher = batcher_new(p->handler, setting("DATABASE_URL"), conn_done, conn_parked);
	watch(l, EPOLL_CTL_ADD, l->signals, EPOLLIN, &l->signals);
	watch(l, EPOLL_CTL_ADD, batcher_bell(l->batcher), EPOLLIN, l->batcher);
	listen_on(l, true);
	log_gather();
}

int
event_main(const struct program *p)
{
	struct epoll_event events[EVENTS_MAX];
	struct loop *l;
	int n;

	if (p->handler->batch.one == NULL || p->handler->batch.many == NULL) {
		log_program("error", p->route->name, "served by events, but has no batch");
		return 1;
	}
	l = calloc(1, sizeof *l);
	if (l == NULL)
		abort();
	loop_open(l, p);
	do {
		n = epoll_wait(l->epoll, events, EVENTS_MAX, wait_millis(l));
		events_take(l, events, n);
		batcher_run(l->batcher);
		watch_database(l);
		log_flush();
	} while (l->stopping == 0 || !stop_step(l));
	close(l->epoll);
	close(l->signals);
	free(l);
	return 0;
}
