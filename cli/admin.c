/* SPDX-License-Identifier: MIT */
/* gatehouse admin link: the operator's way in, before any other sign-in works. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"

int
admin_link(struct cli *c, int argc, char **argv)
{
	const char *url = conf_get(c->conf, "PUBLIC_URL");
	const char *token = token_new(c->arena), *args[2] = { "admin" }, *user;
	int rc;

	if (argc == 2 && strcmp(argv[0], "--role") == 0)
		args[0] = argv[1];
	else if (argc != 0)
		return CLI_USAGE;
	if (url == NULL)
		return err_set(&c->err, E_NOT_CONFIGURED, "PUBLIC_URL is not set");
	args[1] = sha256_hex(c->arena, token, strlen(token));
	rc = cli_query(c, "select core.login_link_create($1, $2)::text", args, COUNT(args), &user);
	if (rc == E_INVALID_FIELD)
		fprintf(stderr, "gatehouse: there is no role %s\n", args[0]);
	if (rc == 0)
		printf("%s/login?token=%s\n", url, token);
	return rc;
}
