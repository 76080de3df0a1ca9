/* SPDX-License-Identifier: MIT */
#include "common/worker.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/db.h"
#include "common/err.h"
#include "common/json.h"
#include "common/log.h"
#include "common/req.h"
#include "common/util.h"

#define LISTEN_AGAIN 1000000	/* microseconds between attempts to listen */

/* SIGTERM and SIGINT come as something to read: they never cut a call short. */
static int
signals_open(struct worker *w, struct err *e)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	w->signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals < 0 ? err_set(e, E_INTERNAL, "signalfd failed") : 0;
}

int
worker_open(struct worker *w, const char *name, const char *wake, struct err *e)
{
	const char *url = setting("DATABASE_URL");

	*w = (struct worker){ .name = name, .wake = wake, .signals = -1 };
	crypto_init();
	if (url == NULL)
		return err_set(e, E_NOT_CONFIGURED, "DATABASE_URL must be set");
	w->db = db_open(url);
	w->listener = db_open(url);
	return signals_open(w, e);
}

void
worker_close(struct worker *w)
{
	db_close(w->db);
	db_close(w->listener);
	close(w->signals);
}

void
worker_fds(struct worker *w, int fds[2])
{
	struct err e = { 0 };

	if (!w->listening && micros_now() >= w->retry_at) {
		w->listening = db_listen(w->listener, w->wake, &e) == 0;
		w->retry_at = micros_now() + LISTEN_AGAIN;
	}
	fds[0] = w->signals;
	fds[1] = w->listening ? db_socket(w->listener) : -1;
}

bool
worker_heard(struct worker *w)
{
	struct signalfd_siginfo info;
	struct err e = { 0 };
	int heard = 0;

	if (read(w->signals, &info, sizeof info) == sizeof info)
		w->stopping = true;
	if (w->listening) {
		heard = db_heard(w->listener, &e);
		w->listening = heard >= 0;
	}
	return heard != 0;
}

int
worker_call(struct worker *w, struct arena *a, const char *function,
    const char *const *args, int n, struct json_object **out, struct err *e)
{
	const char *text;
	int rc = db_call(w->db, a, w->name, function, args, n, &text, e);

	*out = NULL;
	if (rc < 0 || text == NULL)
		return rc;
	return json_parse(a, text, strlen(text), JSON_DEPTH, out, e);
}

void
worker_complain(const struct worker *w, const char *what, const struct err *e)
{
	log_program("error", w->name, "%s: %s: %s", what, error_row(e->code)->name, e->log);
}
