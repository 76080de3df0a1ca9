/* SPDX-License-Identifier: MIT */
/* gatehouse role grant|revoke|list: who may do what, written down in audit_log. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* Runs a change of argv[1] (the role) for argv[0] (our id of the user, the
 * application's, or their number at Telegram); says what came of it. */
static int
role_change(struct cli *c, const char *sql, int argc, char **argv, const char *done,
    const char *already)
{
	const char *args[2], *changed;
	int rc;

	if (argc != 2)
		return CLI_USAGE;
	args[0] = argv[0];
	args[1] = argv[1];
	rc = cli_query(c, sql, args, COUNT(args), &changed);
	if (rc == E_UNKNOWN_USER)
		fprintf(stderr, "gatehouse: there is no user %s\n", argv[0]);
	else if (rc == E_INVALID_FIELD)
		fprintf(stderr, "gatehouse: there is no role %s\n", argv[1]);
	else if (rc == 0)
		printf("%s %s %s\n", argv[0], strcmp(changed, "true") == 0 ? done : already, argv[1]);
	return rc;
}

int
role_grant(struct cli *c, int argc, char **argv)
{
	return role_change(c, "select core.role_grant(core.person_find($1), $2)::text", argc, argv,
	    "is now", "was already");
}

int
role_revoke(struct cli *c, int argc, char **argv)
{
	return role_change(c, "select core.role_revoke(core.person_find($1), $2)::text", argc, argv,
	    "is no longer", "was not");
}

int
role_list(struct cli *c, int argc, char **argv)
{
	const char *list;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select string_agg(format('%-10s %s  %s', role, user_id,"
	    " core.user_name(user_id)), e'\\n' order by core.role_rank(role) desc, user_id)"
	    " from user_roles", NULL, 0, &list);
	if (rc == 0 && list != NULL)
		printf("%s\n", list);
	return rc;
}
