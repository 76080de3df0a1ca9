/* SPDX-License-Identifier: MIT */
/* gatehouse: the operator's command.  gatehouse help lists what it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"
#include "common/db.h"

#define CONF_FILE GATEHOUSE_SYSCONFDIR "/gatehouse/gatehouse.conf"

struct command {
	const char *name, *usage, *does;
	cli_run *run;
};

static int help(struct cli *c, int argc, char **argv);
static int version(struct cli *c, int argc, char **argv);

/* Those that do nothing of their own come last and are not listed. */
static const struct command commands[] = {
	{ "migrate", "", "bring the database to this version's schema", migrate },
	{ "verify", "", "prove that credits, ledger, orders and seats agree", verify },
	{ "seal", "", "seal the ledger's new rows by the chain of hashes", seal },
	{ "sweep", "", "book holds, credits and invitations whose time is over", sweep },
	{ "statement", "USER", "print a user's ledger so that it can be checked elsewhere", statement },
	{ "admin create", "[NAME]", "make an admin and print their one-time login link", admin_create },
	{ "login link", "USER", "print a one-time login link for anybody", login_link },
	{ "role grant", "USER ROLE", "give somebody a role: admin, driver, member, recipient", role_grant },
	{ "role revoke", "USER ROLE", "take a role from somebody", role_revoke },
	{ "role list", "", "list who holds which role", role_list },
	{ "key create", "NAME [--scope SCOPE]...", "make a service key and print it once", key_create },
	{ "key list", "", "list the service keys", key_list },
	{ "key revoke", "NAME", "end a service key", key_revoke },
	{ "stripe catalogue", "", "make the products at Stripe, take its prices over", stripe_catalogue },
	{ "reconcile", "[--dry-run] [--days N]", "hold the books against Stripe's, apply what is missing", reconcile },
	{ "outbox list", "[dead|pending] [--kind KIND]", "what is in the outbox, and its channels", outbox_list },
	{ "outbox retry", "ID | --kind KIND | --all", "send dead messages again", outbox_retry },
	{ "outbox resume", "CHANNEL", "go on with a channel that was halted", outbox_resume },
	{ "jobs list", "", "the upkeep, and how it went", jobs_list },
	{ "jobs run", "NAME", "have a job done now", jobs_run },
	{ "telegram set-webhook", "", "let Telegram send the bot's updates here", telegram_set_webhook },
	{ "telegram info", "", "what Telegram says of the bot and its webhook", telegram_info },
	{ "env", "NAME", "print the environment of a route's or worker's program", route_env },
	{ "version", "", "print the version", version },
	{ "help", "", "print this", help },
	{ "--version", "", NULL, version },
	{ "--help", "", NULL, help },
};

static int
help(struct cli *c, int argc, char **argv)
{
	(void)c;
	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	printf("Usage: gatehouse [--conf FILE] COMMAND\n\n");
	for (size_t i = 0; i < COUNT(commands) && commands[i].does != NULL; i++) {
		int n = printf("  %s %s", commands[i].name, commands[i].usage);

		printf("%*s %s\n", n < 40 ? 40 - n : 0, "", commands[i].does);
	}
	printf("\nSettings come from %s, or the FILE of --conf or GATEHOUSE_CONF,\n"
	    "overridden by the environment.\n", CONF_FILE);
	return 0;
}

static int
version(struct cli *c, int argc, char **argv)
{
	(void)c;
	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	printf("gatehouse %s\n", PACKAGE_VERSION);
	return 0;
}

/* The command that the first arguments name; *words is how many they are. */
static const struct command *
command_find(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		const char *name = commands[i].name;
		size_t n = strcspn(name, " ");

		if (argc < 1 || strlen(argv[0]) != n || strncmp(argv[0], name, n) != 0)
			continue;
		*words = name[n] == '\0' ? 1 : 2;
		if (*words == 1 || (argc >= 2 && strcmp(argv[1], name + n + 1) == 0))
			return &commands[i];
	}
	return NULL;
}

static void
cli_close(void *db)
{
	db_close(db);
}

struct db *
cli_db(struct cli *c)
{
	const char *url = conf_get(c->conf, "DATABASE_URL");

	if (c->db == NULL && url == NULL)
		err_set(&c->err, E_NOT_CONFIGURED, "DATABASE_URL is not set");
	else if (c->db == NULL) {
		c->db = db_open(url);
		arena_defer(c->arena, cli_close, c->db);
	}
	return c->db;
}

int
cli_query(struct cli *c, const char *sql, const char *const *args, int n, const char **out)
{
	struct db *db = cli_db(c);

	return db == NULL ? c->err.code : db_query_text(db, c->arena, sql, args, n, out, &c->err);
}

/* The file named by --conf (whose words are taken off the arguments) or
 * GATEHOUSE_CONF, else the usual one, which may be absent. */
static const char *
conf_path(int *argc, char ***argv)
{
	const char *path = getenv("GATEHOUSE_CONF");

	if (*argc >= 2 && strcmp((*argv)[0], "--conf") == 0) {
		path = (*argv)[1];
		*argc -= 2;
		*argv += 2;
	}
	if (path != NULL)	/* /dev/null says: nothing but the environment */
		return strcmp(path, "/dev/null") == 0 ? NULL : path;
	return access(CONF_FILE, F_OK) == 0 ? CONF_FILE : NULL;
}

static int
conf_read(struct cli *c, const char *path)
{
	const char *unknown;
	int rc = conf_load(c->arena, path, &c->conf, &c->err);

	for (size_t i = 0; rc == 0 && (unknown = conf_unknown(c->conf, i)) != NULL; i++)
		fprintf(stderr, "gatehouse: warning: %s: %s is not a setting\n", path, unknown);
	return rc;
}

static int
command_run(struct cli *c, const char *conf, const struct command *command, int argc,
    char **argv)
{
	int rc = conf_read(c, conf);

	if (rc == 0)
		rc = command->run(c, argc, argv);
	if (rc == CLI_USAGE)
		fprintf(stderr, "Usage: gatehouse %s %s\n", command->name, command->usage);
	if (rc < 0)
		fprintf(stderr, "gatehouse: %s\n", c->err.log);
	return rc < 0 ? EXIT_FAILURE : rc;
}

int
main(int argc, char **argv)
{
	const struct command *command;
	const char *conf;
	struct cli c = { 0 };
	int words, rc;

	crypto_init();
	argc--;
	argv++;
	conf = conf_path(&argc, &argv);
	command = command_find(argc, argv, &words);
	if (command == NULL) {
		fprintf(stderr, "Usage: gatehouse COMMAND; gatehouse help lists the commands\n");
		return CLI_USAGE;
	}
	c.arena = arena_new();
	rc = command_run(&c, conf, command, argc - words, argv + words);
	arena_free(c.arena);
	if (fflush(stdout) != 0) {
		perror("gatehouse: standard output");
		return EXIT_FAILURE;
	}
	return rc;
}
