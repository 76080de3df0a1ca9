/* SPDX-License-Identifier: MIT */
/* gatehouse jobs list|run: the upkeep, and how it went. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* One line per job: name, state, last end, duration, next turn, what was said. */
int
jobs_list(struct cli *c, int argc, char **argv)
{
	const char *list;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select string_agg(format('%-10s %-8s last %-16s %8s ms  next %s  %s', j->>'name',"
	    " j->>'state', coalesce(left(replace(j->>'ended_at', 'T', ' '), 16), '-'),"
	    " coalesce(j->>'took', '-'), left(replace(j->>'due_at', 'T', ' '), 16),"
	    " coalesce(j->>'error', j->>'said', '')), e'\\n')"
	    " from jsonb_array_elements(core.jobs_json()) j", NULL, 0, &list);
	if (rc == 0 && list != NULL)
		printf("%s\n", list);
	return rc;
}

int
jobs_run(struct cli *c, int argc, char **argv)
{
	const char *args[1], *known;
	int rc;

	if (argc != 1)
		return CLI_USAGE;
	args[0] = argv[0];
	rc = cli_query(c, "select core.job_now($1, null)::text", args, 1, &known);
	if (rc < 0)
		return rc;
	if (strcmp(known, "true") != 0)
		return err_set(&c->err, E_NOT_FOUND, "there is no job %s", argv[0]);
	printf("%s is due now\n", argv[0]);
	return 0;
}
