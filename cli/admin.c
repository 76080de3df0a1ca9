/* SPDX-License-Identifier: MIT */
/* gatehouse admin create and login link: ways in that only the operator can make,
 * and the first one before any other works. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"

/* Makes a link by a statement of $1 name and $2 hash of the token, and prints it. */
static int
link_print(struct cli *c, const char *sql, const char *name)
{
	const char *url = conf_get(c->conf, "PUBLIC_URL");
	const char *token = token_new(c->arena), *user;
	const char *args[] = { name, sha256_hex(c->arena, token, strlen(token)) };
	int rc;

	if (url == NULL)
		return err_set(&c->err, E_NOT_CONFIGURED, "PUBLIC_URL is not set");
	rc = cli_query(c, sql, args, COUNT(args), &user);
	if (rc == 0)
		printf("%s/login?token=%s\n", url, token);
	return rc;
}

int
admin_create(struct cli *c, int argc, char **argv)
{
	const char *name = argc == 1 ? argv[0] : "admin";
	int rc;

	if (argc > 1 || name[0] == '-')
		return CLI_USAGE;
	rc = link_print(c, "select core.admin_create($1, $2)::text", name);
	if (rc == E_INVALID_FIELD)
		fprintf(stderr, "gatehouse: nobody can be called %s\n", name);
	return rc;
}

int
login_link(struct cli *c, int argc, char **argv)
{
	int rc;

	if (argc != 1 || argv[0][0] == '-')
		return CLI_USAGE;
	rc = link_print(c, "select core.login_link_add($1, $2)::text", argv[0]);
	if (rc == E_UNKNOWN_USER)
		fprintf(stderr, "gatehouse: there is no user %s\n", argv[0]);
	return rc;
}
