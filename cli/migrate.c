/* SPDX-License-Identifier: MIT */
/* gatehouse migrate: brings the database to this version.
 *
 * Tables change by sql/migrations/, each once, in name order, in a transaction
 * of its own with its SHA-256 recorded.  Then schemas core and api, which hold
 * no data, are dropped and made anew with all grants in one transaction: callers
 * see the old functions or the new ones and nothing between. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"
#include "common/db.h"

#define REBUILD_TRIES 5

/* Two migrates at once: the second waits and then finds nothing to do. */
static const char *const lock_sql = "select pg_advisory_lock(1734439525)::text";	/* "gate" */

static const char *const begin_sql =
	"do $$ begin execute format("
	"	'alter database %I set search_path = public, api, core', current_database()); end $$;"
	"set search_path = public, api, core;"
	"create table if not exists public.schema_migrations ("
	"	name text primary key,"
	"	sha256 text not null,"
	"	applied_at timestamptz not null default now())";

/* Whatever outside core and api would go with them, triggers excepted: those are
 * made anew by the files of the functions they call. */
static const char *const dependents_sql =
	"with held as ("
	"	select classid, objid from pg_depend"
	"	where refclassid = 'pg_namespace'::regclass and deptype = 'n'"
	"	and refobjid in (select oid from pg_namespace where nspname in ('core', 'api'))"
	"), dependent as ("
	"	select d.classid, d.objid, d.objsubid, coalesce("
	"		(select relnamespace from pg_class where oid = d.objid and d.classid = 'pg_class'::regclass),"
	"		(select c.relnamespace from pg_attrdef a join pg_class c on c.oid = a.adrelid"
	"			where a.oid = d.objid and d.classid = 'pg_attrdef'::regclass),"
	"		(select pronamespace from pg_proc where oid = d.objid and d.classid = 'pg_proc'::regclass),"
	"		(select connamespace from pg_constraint where oid = d.objid and d.classid = 'pg_constraint'::regclass),"
	"		(select c.relnamespace from pg_policy p join pg_class c on c.oid = p.polrelid"
	"			where p.oid = d.objid and d.classid = 'pg_policy'::regclass),"
	"		(select c.relnamespace from pg_rewrite r join pg_class c on c.oid = r.ev_class"
	"			where r.oid = d.objid and d.classid = 'pg_rewrite'::regclass)) as namespace"
	"	from held join pg_depend d on d.refclassid = held.classid and d.refobjid = held.objid"
	")"
	"select string_agg(pg_describe_object(classid, objid, objsubid), ', ') from dependent"
	" where namespace not in (select oid from pg_namespace where nspname in ('core', 'api'))";

static const char *const rebuild_sql =
	"begin;"
	"set local check_function_bodies = off;"
	"set local lock_timeout = '5s';"
	"set local client_min_messages = warning";

static const char *const drop_sql =
	"drop schema if exists core cascade;"
	"drop schema if exists api cascade;"
	"create schema core;"
	"create schema api";

static int
run(struct cli *c, const char *sql)
{
	return db_exec(c->db, sql, &c->err);
}

/* Runs a file inside the open transaction.  The savepoint is refused outside of
 * one: were the connection lost and made again, the rest of the files would
 * otherwise run each by itself. */
static int
file_run(struct cli *c, const char *name, struct str text)
{
	struct err failed = { 0 };
	int rc;

	if (strlen(text.p) != text.n)
		return err_set(&c->err, E_INTERNAL, "%s holds a NUL", name);
	rc = db_exec(c->db, arena_printf(c->arena, "savepoint file; %s\n;release file", text.p), &failed);
	if (rc < 0)
		err_set(&c->err, rc, "%s: %s", name, failed.log);
	return rc;
}

/* ---- tables --------------------------------------------------------------- */

static int
migration_apply(struct cli *c, const char *name, struct str text, const char *sha256)
{
	const char *args[] = { name, sha256 }, *none;
	int rc = run(c, "begin");

	if (rc == 0)
		rc = file_run(c, name, text);
	if (rc == 0)
		rc = cli_query(c, "insert into public.schema_migrations (name, sha256) values ($1, $2)",
		    args, COUNT(args), &none);
	if (rc == 0)
		rc = run(c, "commit");
	if (rc == 0)
		printf("applied %s\n", name);
	return rc;
}

/* Applies one file unless it was applied already; 1 when it was applied now. */
static int
migration_check(struct cli *c, const char *name)
{
	const char *path = arena_printf(c->arena, "sql/migrations/%s", name);
	const char *args[] = { name }, *recorded, *sha256;
	struct str text;
	int rc;

	if (data_read(c, path, &text) < 0)
		return c->err.code;
	sha256 = sha256_hex(c->arena, text.p, text.n);
	rc = cli_query(c, "select sha256 from public.schema_migrations where name = $1",
	    args, COUNT(args), &recorded);
	if (rc < 0)
		return rc;
	if (recorded == NULL) {
		rc = migration_apply(c, name, text, sha256);
		return rc < 0 ? rc : 1;
	}
	if (strcmp(recorded, sha256) != 0)
		return err_set(&c->err, E_INTERNAL, "%s was changed after it was applied: "
		    "restore it and put the change into a new file", name);
	return 0;
}

/* A database that knows more than we do belongs to a newer version. */
static int
unknown_refuse(struct cli *c, const char *const *names, int n)
{
	const char *list = "", *unknown, *args[1];
	int rc;

	for (int i = 0; i < n; i++)
		list = arena_printf(c->arena, "%s%s\n", list, names[i]);
	args[0] = list;
	rc = cli_query(c, "select string_agg(name, ', ' order by name) from public.schema_migrations"
	    " where name <> all (string_to_array($1, e'\\n'))", args, COUNT(args), &unknown);
	if (rc == 0 && unknown != NULL)
		rc = err_set(&c->err, E_INTERNAL,
		    "the database was migrated by a newer version: %s", unknown);
	return rc;
}

static int
tables_migrate(struct cli *c)
{
	const char **names;
	int n = data_list(c, "sql/migrations", ".sql", &names), applied = 0, rc;

	rc = n < 0 ? n : unknown_refuse(c, names, n);
	for (int i = 0; rc >= 0 && i < n; i++) {
		rc = migration_check(c, names[i]);
		applied += rc > 0;
	}
	if (rc >= 0 && applied == 0)
		printf("tables: all %d migrations were applied before\n", n);
	return rc < 0 ? rc : 0;
}

/* ---- functions ------------------------------------------------------------ */

static int
dependents_refuse(struct cli *c)
{
	const char *dependents;
	int rc = cli_query(c, dependents_sql, NULL, 0, &dependents);

	if (rc == 0 && dependents != NULL)
		rc = err_set(&c->err, E_INTERNAL,
		    "core and api can't be made anew, tables depend on them: %s", dependents);
	return rc;
}

/* Runs every file of the folder but fail.sql, which all others use and which ran
 * before them; returns how many, or E_*. */
static int
folder_run(struct cli *c, const char *folder)
{
	const char **names, *path;
	struct str text;
	int n = data_list(c, folder, ".sql", &names), rc = 0;

	for (int i = 0; rc == 0 && i < n; i++) {
		if (strcmp(names[i], "fail.sql") == 0)
			continue;
		path = arena_printf(c->arena, "%s/%s", folder, names[i]);
		rc = data_read(c, path, &text);
		if (rc == 0)
			rc = file_run(c, path, text);
	}
	return rc < 0 ? rc : n;
}

static int
generated_run(struct cli *c, const char *name)
{
	struct str text;
	int rc = data_read(c, name, &text);

	return rc < 0 ? rc : file_run(c, name, text);
}

/* The password of one program's role; its name ends at the first blank of line. */
static int
password_set(struct cli *c, const char *secret, const char *line)
{
	const char *name = arena_strndup(c->arena, line, strcspn(line, " \n"));
	const char *role = route_role(c->arena, name);
	const char *password = hmac_sha256_hex(c->arena, secret, role);

	return run(c, arena_printf(c->arena, "alter role %s password '%s'", role,
	    scram_verifier(c->arena, password)));
}

/* Gives each role its password; returns how many, or E_*. */
static int
passwords_set(struct cli *c)
{
	const char *secret = conf_get(c->conf, "ROLE_SECRET");
	const char *lines;
	int rc = secret == NULL ? 0 : route_lines(c, &lines), n = 0;

	if (secret == NULL)
		return 0;
	for (const char *p = lines; rc == 0 && p != NULL && *p != '\0'; n++) {
		rc = password_set(c, secret, p);
		p = strchr(p, '\n');
		p += p != NULL;
	}
	return rc < 0 ? rc : n;
}

/* The whole rebuild inside the open transaction, and its commit. */
static int
functions_load(struct cli *c)
{
	int core, api, roles, rc = dependents_refuse(c);

	if (rc == 0)
		rc = file_run(c, "core and api", (struct str){ drop_sql, strlen(drop_sql) });
	if (rc == 0)
		rc = generated_run(c, "sql/core/fail.sql");
	if (rc < 0 || (core = folder_run(c, "sql/core")) < 0 ||
	    (api = folder_run(c, "sql/api")) < 0 ||
	    (rc = generated_run(c, "sql/grants.sql")) < 0 || (roles = passwords_set(c)) < 0 ||
	    (rc = run(c, "commit")) < 0)
		return c->err.code;
	printf("functions: %d files of core, %d of api, and the grants\n", core, api);
	if (roles == 0)
		printf("passwords: left alone, ROLE_SECRET is not set\n");
	else
		printf("passwords: %d roles\n", roles);
	return 0;
}

/* Dropping triggers locks tables that callers are using, so the server may have
 * to refuse us (deadlock, lock_timeout); nothing has happened then. */
static int
functions_rebuild(struct cli *c)
{
	const struct timespec pause = { 0, 200000000 };
	struct err rollback = { 0 };
	int rc;

	for (int tries = 1;; tries++) {
		rc = run(c, rebuild_sql);
		if (rc == 0)
			rc = functions_load(c);
		if (rc != E_UNAVAILABLE || tries == REBUILD_TRIES)
			break;
		db_exec(c->db, "rollback", &rollback);
		c->err = (struct err){ 0 };
		nanosleep(&pause, NULL);
	}
	return rc;
}

int
migrate(struct cli *c, int argc, char **argv)
{
	const char *none;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, lock_sql, NULL, 0, &none);
	if (rc == 0)
		rc = run(c, begin_sql);
	if (rc == 0)
		rc = tables_migrate(c);
	if (rc == 0)
		rc = functions_rebuild(c);
	return rc;
}
