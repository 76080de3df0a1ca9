/* SPDX-License-Identifier: MIT */
/* The gatehouse command: what its subcommands share. */
#ifndef GATEHOUSE_CLI_H
#define GATEHOUSE_CLI_H

#include <stddef.h>

#include "common/err.h"
#include "common/util.h"

struct arena;
struct conf;
struct db;

/* One run of the command. */
struct cli {
	struct arena *arena;	/* everything below belongs to it */
	struct conf *conf;
	struct db *db;		/* use cli_db() */
	struct err err;
};

/* What a command's function may return besides 0 and E_*: it ran and what it
 * looked for is not as it should be; it was not called as its usage says. */
enum cli_exit { CLI_FAULTS = 1, CLI_USAGE = 2 };

/* One subcommand; the arguments are those after its name. */
typedef int cli_run(struct cli *c, int argc, char **argv);

/* In migrate.c, route.c, key.c, admin.c, role.c, catalogue.c, verify.c, ledger.c,
 * outbox.c, jobs.c, reconcile.c and telegram.c. */
cli_run migrate;
cli_run route_env;
cli_run key_create;
cli_run key_list;
cli_run key_revoke;
cli_run admin_create;
cli_run login_link;
cli_run role_grant;
cli_run role_revoke;
cli_run role_list;
cli_run stripe_catalogue;
cli_run verify;
cli_run reconcile;
cli_run seal;
cli_run sweep;
cli_run statement;
cli_run outbox_list;
cli_run outbox_retry;
cli_run outbox_resume;
cli_run jobs_list;
cli_run jobs_run;
cli_run telegram_set_webhook;
cli_run telegram_info;

/* The body of setMyCommands for each of n languages ("" is Telegram's word for all
 * others), from the table telegram_commands and its page.  Returns 0 or E_*. */
int telegram_menu(struct cli *c, const char *const *languages, int n, const char **bodies);

/* The database of DATABASE_URL, or NULL with c->err set.  Owned by c. */
struct db *cli_db(struct cli *c);

/* One row of one column from the database as text, in the arena; NULL for none.
 * args are n texts for $1 and on.  Returns 0 or E_*. */
int cli_query(struct cli *c, const char *sql, const char *const *args, int n,
    const char **out);

/* The path of an installed data file, e.g. "sql/grants.sql"; NULL with c->err
 * set when there is none.  GATEHOUSE_DATADIR may name several directories with
 * colons between them, such as checkout and build directory; in a build
 * directory generated files stand at the top.  In the arena. */
const char *data_find(struct cli *c, const char *name);

/* Reads it.  Returns 0 or E_*. */
int data_read(struct cli *c, const char *name, struct str *out);

/* The names (without folder) of the files of that folder that end with suffix,
 * of all data directories, once each, in byte order, in the arena.  Returns
 * their count, or E_* when there are none. */
int data_list(struct cli *c, const char *folder, const char *suffix,
    const char ***names);

/* A line "NAME threads SETTING…" for each route and worker.  Returns 0 or E_*. */
int route_lines(struct cli *c, const char **lines);

/* *line is that of the route or worker of that name, from "threads" on.  Returns 0
 * or E_*. */
int route_line(struct cli *c, const char *name, const char **line);

/* The database role of a route or worker: gh_ and its name with _ for -. */
const char *route_role(struct arena *a, const char *name);

/* What PostgreSQL stores for a password (RFC 5802, RFC 7677), so that the password
 * itself is in no statement and no server log.  In the arena. */
const char *scram_verifier(struct arena *a, const char *password);

#endif
