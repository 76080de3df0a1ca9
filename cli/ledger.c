/* SPDX-License-Identifier: MIT */
/* gatehouse seal, sweep and statement: the ledger's upkeep, which nothing waits
 * for, and what a member may check of it. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

int
seal(struct cli *c, int argc, char **argv)
{
	const char *rows, *head;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select core.ledger_seal()::text", NULL, 0, &rows);
	if (rc == 0)
		rc = cli_query(c, "select id || ' ' || encode(hash, 'hex') from ledger_seals"
		    " order by id desc limit 1", NULL, 0, &head);
	if (rc < 0)
		return rc;
	if (rows == NULL)
		return err_set(&c->err, E_UNAVAILABLE, "a transaction runs for too long");
	printf("%s rows sealed\n", rows);
	if (head != NULL)
		printf("head %s\n", head);
	return 0;
}

/* Some accounts per transaction, so that nobody waits for long. */
int
sweep(struct cli *c, int argc, char **argv)
{
	const char *swept = "1";
	long total = 0;
	const char *ignored;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select core.invitations_expire()::text", NULL, 0, &ignored);
	while (rc == 0 && strtol(swept, NULL, 10) > 0) {
		rc = cli_query(c, "select core.expiry_sweep(100)::text", NULL, 0, &swept);
		if (rc == 0)
			total += strtol(swept, NULL, 10);
	}
	if (rc == 0)
		printf("%ld accounts swept\n", total);
	return rc;
}

int
statement(struct cli *c, int argc, char **argv)
{
	const char *args[1], *text;
	int rc;

	if (argc != 1)
		return CLI_USAGE;
	args[0] = argv[0];
	rc = cli_query(c, "select core.ledger_statement($1)::text", args, 1, &text);
	if (rc == 0 && text == NULL)
		return err_set(&c->err, E_UNKNOWN_USER, "there is no user %s", argv[0]);
	if (rc == 0)
		puts(text);
	return rc;
}
