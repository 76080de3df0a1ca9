/* SPDX-License-Identifier: MIT */
/* The database.  db.c is the only file that talks to libpq.  A struct db is one
 * connection and belongs to one thread; it connects when first needed. */
#ifndef GATEHOUSE_DB_H
#define GATEHOUSE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct db;

/* What this connection has done since db_open(), for log and metrics. */
struct db_stats {
	uint64_t calls;		/* statements sent, retries included */
	uint64_t retries;	/* of deadlocks and the like; db_call() */
	uint64_t micros;	/* time spent waiting for PostgreSQL */
};

/* url: a libpq connection string, also with several hosts; copied.  Connects
 * lazily, so it can't fail.  Freed by db_close(). */
struct db *db_open(const char *url);
void db_close(struct db *db);

/* Calls api.FUNCTION(args…), which is one transaction.
 * request: "route:request-id", becomes application_name for the call.
 * args: n texts, NULL for SQL NULL.
 * out: the function's jsonb result as text, in arena a; NULL for SQL NULL.
 * Returns 0 or E_*: what SQL raised by core.fail() with its detail (in a), or
 * E_UNAVAILABLE (no connection, or lost under way: then the outcome is unknown
 * and the call is not repeated here), E_BAD_JSON (text PostgreSQL can't hold),
 * E_INTERNAL.  What PostgreSQL refused for a moment is repeated: serialization
 * failures, deadlocks, a function that is being replaced; nothing of it happened.
 * A lock is waited for 5 s, an answer 25 s. */
int db_call(struct db *db, struct arena *a, const char *request,
    const char *function, const char *const *args, int n, const char **out,
    struct err *e);

/* What became of a call that was begun by db_begin(). */
enum db_fate {
	DB_BUSY,	/* no answer yet */
	DB_DONE,	/* answered after the commit, or refused by core.fail(): E_* in e */
	DB_REFUSED,	/* nothing of it happened; db_call() may have more luck: E_* in e */
	DB_LOST,	/* the connection is: the outcome is unknown; E_UNAVAILABLE in e */
};

/* The texts of a call's answer, in the arena it was asked for; NULL for SQL NULL. */
struct db_rows {
	const char **text;
	size_t n;
};

/* As db_call(), but returns when the call was sent; one at a time.  Only the
 * connecting waits, and a lock is waited for 20 ms at most.
 * The function may return many rows, of which every one becomes a text.
 * DB_BUSY; or, with nothing sent, DB_REFUSED, or DB_LOST when there is no
 * connection. */
enum db_fate db_begin(struct db *db, struct arena *a, const char *request,
    const char *function, const char *const *args, int n, struct err *e);

/* Takes what has come in.  While it says DB_BUSY, call again when db_socket() is
 * readable; otherwise the call is over, its texts in arena a. */
enum db_fate db_end(struct db *db, struct arena *a, struct db_rows *out, struct err *e);

/* The socket to wait on, or -1.  May be another one after each db_begin(). */
int db_socket(const struct db *db);

/* A PostgreSQL array literal of n texts, NULL for SQL NULL.  Owned by the arena. */
const char *db_array(struct arena *a, const char *const *texts, size_t n);

/* Makes a connection of its own use wait for NOTIFY on that channel (a plain
 * name); it must not be used for calls.  0 or E_*. */
int db_listen(struct db *db, const char *channel, struct err *e);

/* Takes the notifications that have come; call when db_socket() is readable.  1
 * when there were any, 0 for none; E_UNAVAILABLE when the connection is lost: then
 * listen again, and think that there was one. */
int db_heard(struct db *db, struct err *e);

/* For the command line and workers: runs a script of statements.  0 or E_*. */
int db_exec(struct db *db, const char *sql, struct err *e);

/* Runs one statement that yields at most one row of one column.
 * out: its text in arena a; NULL for no row or SQL NULL.  0 or E_*. */
int db_query_text(struct db *db, struct arena *a, const char *sql,
    const char *const *args, int n, const char **out, struct err *e);

/* Notices of the server (RAISE NOTICE) go to fn, e.g. to the operator's
 * terminal; by default they are dropped. */
void db_on_notice(struct db *db, void (*fn)(void *, const char *), void *arg);

/* What it has done so far. */
struct db_stats db_stats(const struct db *db);

/* A single quoted SQL literal of s, in arena a, for scripts. */
const char *db_quote(struct arena *a, const char *s);

#endif
