/* SPDX-License-Identifier: MIT */
#include "common/db.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/util.h"

#define ARGS_MAX 16	/* of one api function */
#define ANSWER_MICROS 25000000	/* longest wait for an answer; clients and nginx wait longer */
#define TRIES_MAX 8	/* of a call that met what passes */

/* A function of which the statement is prepared on the present connection. */
struct prepared {
	struct prepared *next;
	char name[];
};

struct db {
	char *url;
	PGconn *conn;
	struct prepared *prepared;
	struct db_stats stats;
	void (*notice)(void *, const char *);
	void *notice_arg;
	uint64_t begun;		/* when the call under way was sent */
	PGresult *last;		/* of the call under way, the latest result */
};

struct db *
db_open(const char *url)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL || (db->url = strdup(url)) == NULL)
		abort();
	return db;
}

static void
db_disconnect(struct db *db)
{
	struct prepared *p, *next;

	for (p = db->prepared; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	db->prepared = NULL;
	PQclear(db->last);
	db->last = NULL;
	PQfinish(db->conn);
	db->conn = NULL;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_disconnect(db);
	free(db->url);
	free(db);
}

void
db_on_notice(struct db *db, void (*fn)(void *, const char *), void *arg)
{
	db->notice = fn;
	db->notice_arg = arg;
}

struct db_stats
db_stats(const struct db *db)
{
	return db->stats;
}

static void
db_notice(void *arg, const PGresult *res)
{
	struct db *db = arg;
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (db->notice != NULL && text != NULL)
		db->notice(db->notice_arg, text);
}

/* A server that goes away while we are idle says so and closes the socket, in
 * that order.  Nothing else is due on an idle connection, so whatever comes is
 * taken for the end; noticing that here is what makes a reconnect safe. */
static bool
db_alive(const struct db *db)
{
	struct pollfd p = { .events = POLLIN };

	if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
		return false;
	p.fd = PQsocket(db->conn);
	return poll(&p, 1, 0) == 0;
}

/* libpq's own complaint would quote the password. */
static bool
url_readable(const char *url)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);

	PQconninfoFree(options);
	return options != NULL;
}

static int
db_connect(struct db *db, struct err *e)
{
	/* What stands before dbname is a default that the URL may change. */
	static const char *const names[] = { "connect_timeout", "tcp_user_timeout",
		"fallback_application_name", "dbname", "client_encoding", NULL };
	const char *values[] = { "3", "15000", "gatehouse", db->url, "UTF8", NULL };

	if (db_alive(db))
		return 0;
	db_disconnect(db);
	if (!url_readable(db->url))
		return err_set(e, E_NOT_CONFIGURED, "DATABASE_URL is no connection string");
	db->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		err_set(e, E_UNAVAILABLE, "connect: %s", PQerrorMessage(db->conn));
		db_disconnect(db);
		return e->code;
	}
	PQsetNoticeReceiver(db->conn, db_notice, db);
	return 0;
}

/* Whether a state is one of the list's, of which each is a state or the beginning
 * of some. */
static bool
sqlstate_in(const char *state, const char *const *list)
{
	while (*list != NULL && strncmp(state, *list, strlen(*list)) != 0)
		list++;
	return *list != NULL;
}

/* What PostgreSQL refused because of the text it was given. */
static bool
sqlstate_is_bad_text(const char *state)
{
	static const char *const bad[] = { "22P05", "22021", "22P02", NULL };

	return sqlstate_in(state, bad);
}

/* No connection, no room, or a time limit: worth trying again later. */
static bool
sqlstate_is_passing(const char *state)
{
	static const char *const passing[] = { "08", "40", "53", "57P", "57014", "55P03", "25006",
		NULL };

	return sqlstate_in(state, passing);
}

/* What the same call may not meet again: a serialization failure, a deadlock, and
 * a function it was about to call that gatehouse migrate has just made anew, which
 * is told as missing (42883, 3F000) or as "cache lookup failed" (XX000). */
static bool
sqlstate_is_retry(const char *state)
{
	static const char *const retry[] = { "40001", "40P01", "42883", "3F000", "XX000", NULL };

	return sqlstate_in(state, retry);
}

static const char *
result_field(const PGresult *res, int field)
{
	const char *s = PQresultErrorField(res, field);

	return s != NULL ? s : "";
}

/* Turns a failed result into E_*.  a may be NULL: then no detail is kept. */
static int
db_fault(struct db *db, struct arena *a, const PGresult *res, struct err *e)
{
	const char *state = result_field(res, PG_DIAG_SQLSTATE);
	const char *text = result_field(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);

	if (PQstatus(db->conn) != CONNECTION_OK)
		return err_set(e, E_UNAVAILABLE, "connection lost: %s",
		    db->conn != NULL ? PQerrorMessage(db->conn) : "no answer in time");
	if (strncmp(state, "GH", 2) == 0) {
		if (a != NULL && detail != NULL && e->code == 0)
			e->detail = arena_strdup(a, detail);
		return err_set(e, error_code(text), "%s", text);
	}
	if (sqlstate_is_bad_text(state))
		return err_set(e, E_BAD_JSON, "%s %s", state, text);
	if (sqlstate_is_passing(state))
		return err_set(e, E_UNAVAILABLE, "%s %s", state, text);
	return err_set(e, E_INTERNAL, "%s %s: %s: %s", state, text,
	    detail != NULL ? detail : "", result_field(res, PG_DIAG_CONTEXT));
}

/* The result of what was just sent.  Whoever does not answer in time is given up
 * with the connection, as if it had been lost. */
static PGresult *
db_await(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };
	uint64_t end = micros_now() + ANSWER_MICROS, now;
	PGresult *res = NULL, *next;

	do {
		while (PQisBusy(db->conn)) {
			now = micros_now();
			if (now >= end || poll(&p, 1, (int)((end - now) / 1000) + 1) == 0) {
				PQclear(res);
				db_disconnect(db);
				return NULL;
			}
			if (!PQconsumeInput(db->conn))
				break;
		}
		next = PQgetResult(db->conn);
		if (next != NULL) {
			PQclear(res);
			res = next;
		}
	} while (next != NULL);
	return res;
}

static bool
db_is_prepared(const struct db *db, const char *function)
{
	for (const struct prepared *p = db->prepared; p != NULL; p = p->next)
		if (strcmp(p->name, function) == 0)
			return true;
	return false;
}

/* The same statement sets, before the function runs, the application name, so
 * that the request id reaches PostgreSQL without a round trip of its own, and how
 * long a lock is waited for, so that calls do not pile up behind one. */
static void
db_statement(struct buf *sql, const char *function, int n)
{
	buf_printf(sql, "select api.%s(", function);
	for (int i = 0; i < n; i++)
		buf_printf(sql, "%s$%d", i ? "," : "", i + 2);
	buf_str(sql, ")::text from set_config('application_name', $1, true) name,"
	    " set_config('lock_timeout', '5s', true) patience");
}

static int
db_prepare_text(struct db *db, struct arena *a, const char *function, const char *sql,
    struct err *e)
{
	struct prepared *p;
	PGresult *res;
	int rc = 0;

	PQsendPrepare(db->conn, function, sql, 0, NULL);
	res = db_await(db);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		rc = db_fault(db, a, res, e);
	PQclear(res);
	if (rc < 0)
		return rc;
	p = malloc(sizeof *p + strlen(function) + 1);
	if (p == NULL)
		abort();
	memcpy(p->name, function, strlen(function) + 1);
	p->next = db->prepared;
	db->prepared = p;
	return 0;
}

static int
db_prepare(struct db *db, struct arena *a, const char *function, int n, struct err *e)
{
	struct buf sql;

	if (db_is_prepared(db, function))
		return 0;
	buf_init(&sql, a);
	db_statement(&sql, function, n);
	return db_prepare_text(db, a, function, buf_text(&sql), e);
}

/* Takes a result that must be at most one row of one column; clears it. */
static int
db_take_text(struct db *db, struct arena *a, PGresult *res, const char **out, struct err *e)
{
	int rc = 0;

	*out = NULL;
	if (PQresultStatus(res) == PGRES_COMMAND_OK)
		;
	else if (PQresultStatus(res) != PGRES_TUPLES_OK)
		rc = db_fault(db, a, res, e);
	else if (PQntuples(res) > 1 || PQnfields(res) != 1)
		rc = err_set(e, E_INTERNAL, "expected one value, got %d rows of %d columns",
		    PQntuples(res), PQnfields(res));
	else if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0))
		*out = arena_strndup(a, PQgetvalue(res, 0, 0), (size_t)PQgetlength(res, 0, 0));
	PQclear(res);
	return rc;
}

static void
pause_before_retry(int attempt)
{
	struct timespec t = { 0 };

	t.tv_nsec = (long)randombytes_uniform(2000000u << attempt);
	nanosleep(&t, NULL);
}

/* Sends a prepared call until the answer is worth keeping. */
static PGresult *
db_send(struct db *db, const char *function, const char *const *args, int n)
{
	PGresult *res;

	for (int attempt = 0;; attempt++) {
		db->stats.calls++;
		PQsendQueryPrepared(db->conn, function, n, args, NULL, NULL, 0);
		res = db_await(db);
		if (!sqlstate_is_retry(result_field(res, PG_DIAG_SQLSTATE)) ||
		    attempt + 1 == TRIES_MAX)
			return res;
		PQclear(res);
		db->stats.retries++;
		pause_before_retry(attempt);
	}
}

int
db_call(struct db *db, struct arena *a, const char *request, const char *function,
    const char *const *args, int n, const char **out, struct err *e)
{
	const char *all[ARGS_MAX + 1] = { request };
	uint64_t start = micros_now();
	int rc;

	if (n > ARGS_MAX)
		return err_set(e, E_INTERNAL, "%s: too many arguments", function);
	for (int i = 0; i < n; i++)
		all[i + 1] = args[i];
	rc = db_connect(db, e);
	if (rc == 0)
		rc = db_prepare(db, a, function, n, e);
	if (rc == 0)
		rc = db_take_text(db, a, db_send(db, function, all, n + 1), out, e);
	db->stats.micros += micros_now() - start;
	return rc;
}

/* As db_prepare(), for a connection that must not wait for locks. */
static int
db_prepare_quick(struct db *db, struct arena *a, const char *function, int n, struct err *e)
{
	struct buf sql;

	if (db_is_prepared(db, function))
		return 0;
	buf_init(&sql, a);
	buf_printf(&sql, "select answer::text from set_config('application_name', $1, true) name,"
	    " set_config('lock_timeout', '20ms', true) patience, api.%s(", function);
	for (int i = 0; i < n; i++)
		buf_printf(&sql, "%s$%d", i ? "," : "", i + 2);
	buf_str(&sql, ") answer");
	return db_prepare_text(db, a, function, buf_text(&sql), e);
}

/* What an error before sending means for the call. */
static enum db_fate
db_fate_unsent(const struct db *db)
{
	return db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK ? DB_REFUSED : DB_LOST;
}

enum db_fate
db_begin(struct db *db, struct arena *a, const char *request, const char *function,
    const char *const *args, int n, struct err *e)
{
	const char *all[ARGS_MAX + 1] = { request };

	for (int i = 0; i < n && i < ARGS_MAX; i++)
		all[i + 1] = args[i];
	db->begun = micros_now();
	if (n > ARGS_MAX || db_connect(db, e) < 0 ||
	    db_prepare_quick(db, a, function, n, e) < 0)
		return db_fate_unsent(db);
	db->stats.calls++;
	if (!PQsendQueryPrepared(db->conn, function, n + 1, all, NULL, NULL, 0)) {
		err_set(e, E_UNAVAILABLE, "send: %s", PQerrorMessage(db->conn));
		db_disconnect(db);
		return DB_LOST;
	}
	return DB_BUSY;
}

/* Every row's one column. */
static struct db_rows
db_texts(struct arena *a, const PGresult *res)
{
	struct db_rows rows = { .n = (size_t)PQntuples(res) };

	rows.text = arena_alloc(a, (rows.n + 1) * sizeof *rows.text);
	for (int i = 0; i < (int)rows.n; i++)
		if (!PQgetisnull(res, i, 0))
			rows.text[i] = arena_strndup(a, PQgetvalue(res, i, 0), (size_t)PQgetlength(res, i, 0));
	return rows;
}

/* The last result is the one that counts: rows may come before their commit, and
 * a commit that failed is told after them. */
static enum db_fate
db_settle(struct db *db, struct arena *a, struct db_rows *out, struct err *e)
{
	const char *state = result_field(db->last, PG_DIAG_SQLSTATE);
	enum db_fate fate = DB_DONE;

	if (PQresultStatus(db->last) == PGRES_TUPLES_OK) {
		*out = db_texts(a, db->last);
	} else {
		db_fault(db, a, db->last, e);
		if (strncmp(state, "GH", 2) != 0)
			fate = DB_REFUSED;
		if (PQstatus(db->conn) != CONNECTION_OK || db->last == NULL ||
		    strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0)
			fate = DB_LOST;
	}
	PQclear(db->last);
	db->last = NULL;
	if (fate == DB_LOST)
		db_disconnect(db);
	return fate;
}

enum db_fate
db_end(struct db *db, struct arena *a, struct db_rows *out, struct err *e)
{
	PGresult *next;
	enum db_fate fate;

	*out = (struct db_rows){ 0 };
	PQconsumeInput(db->conn);
	do {
		if (PQisBusy(db->conn)) {
			if (micros_now() - db->begun < ANSWER_MICROS)
				return DB_BUSY;
			err_set(e, E_UNAVAILABLE, "no answer in time");
			db_disconnect(db);
			return DB_LOST;
		}
		next = PQgetResult(db->conn);
		if (next != NULL) {
			PQclear(db->last);
			db->last = next;
		}
	} while (next != NULL);
	fate = db_settle(db, a, out, e);
	db->stats.micros += micros_now() - db->begun;
	return fate;
}

int
db_socket(const struct db *db)
{
	return db->conn != NULL ? PQsocket(db->conn) : -1;
}

const char *
db_array(struct arena *a, const char *const *texts, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	buf_str(&b, "{");
	for (size_t i = 0; i < n; i++) {
		const char *s = texts[i];

		buf_str(&b, i > 0 ? "," : "");
		if (s == NULL) {
			buf_str(&b, "NULL");
			continue;
		}
		buf_str(&b, "\"");
		for (size_t k; *s != '\0'; s += k) {
			k = strcspn(s, "\"\\");
			buf_add(&b, s, k);
			if (s[k] != '\0') {
				buf_add(&b, "\\", 1);
				buf_add(&b, s + k++, 1);
			}
		}
		buf_str(&b, "\"");
	}
	buf_str(&b, "}");
	return buf_text(&b);
}

int
db_listen(struct db *db, const char *channel, struct err *e)
{
	char sql[80];

	snprintf(sql, sizeof sql, "listen \"%.60s\"", channel);
	return db_exec(db, sql, e);
}

int
db_heard(struct db *db, struct err *e)
{
	PGnotify *note;
	int heard = 0;

	if (db->conn == NULL || !PQconsumeInput(db->conn)) {
		db_disconnect(db);
		return err_set(e, E_UNAVAILABLE, "the listening connection is lost");
	}
	while ((note = PQnotifies(db->conn)) != NULL) {
		PQfreemem(note);
		heard = 1;
	}
	return heard;
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	PGresult *res;
	int rc = db_connect(db, e);

	if (rc < 0)
		return rc;
	res = PQexec(db->conn, sql);
	if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK &&
	    PQresultStatus(res) != PGRES_EMPTY_QUERY)
		rc = db_fault(db, NULL, res, e);
	PQclear(res);
	return rc;
}

int
db_query_text(struct db *db, struct arena *a, const char *sql, const char *const *args,
    int n, const char **out, struct err *e)
{
	int rc = db_connect(db, e);

	if (rc < 0)
		return rc;
	return db_take_text(db, a,
	    PQexecParams(db->conn, sql, n, NULL, args, NULL, NULL, 0), out, e);
}

const char *
db_quote(struct arena *a, const char *s)
{
	struct buf b;

	buf_init(&b, a);
	buf_str(&b, strchr(s, '\\') != NULL ? " E'" : "'");
	for (; *s != '\0'; s++)
		buf_add(&b, *s == '\'' ? "''" : *s == '\\' ? "\\\\" : s,
		    *s == '\'' || *s == '\\' ? 2 : 1);
	buf_str(&b, "'");
	return buf_text(&b);
}
