/* SPDX-License-Identifier: MIT */
/* gatehouse key create|list|revoke: the keys that applications call with. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/caller.h"
#include "common/crypto.h"

static bool
scope_valid(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 50 && strspn(s, "abcdefghijklmnopqrstuvwxyz_:") == n;
}

/* The array literal of the scopes after NAME, e.g. "{service,admin}"; NULL when
 * the arguments are wrong. */
static const char *
scopes_parse(struct arena *a, int argc, char **argv)
{
	struct buf b;

	buf_init(&b, a);
	for (int i = 0; i < argc; i += 2) {
		if (strcmp(argv[i], "--scope") != 0 || i + 1 == argc || !scope_valid(argv[i + 1]))
			return NULL;
		buf_printf(&b, "%s%s", b.n == 0 ? "{" : ",", argv[i + 1]);
	}
	buf_str(&b, b.n == 0 ? "{service}" : "}");
	return buf_text(&b);
}

int
key_create(struct cli *c, int argc, char **argv)
{
	const char *scopes = argc < 1 ? NULL : scopes_parse(c->arena, argc - 1, argv + 1);
	const char *key, *args[3], *id;
	int rc;

	if (scopes == NULL || argv[0][0] == '-')
		return CLI_USAGE;
	key = arena_printf(c->arena, SERVICE_KEY_PREFIX "%s", token_new(c->arena));
	args[0] = argv[0];
	args[1] = sha256_hex(c->arena, key, strlen(key));
	args[2] = scopes;
	rc = cli_query(c, "select core.key_create($1, $2, $3::text[])::text", args, COUNT(args), &id);
	if (rc == E_INVALID_FIELD)
		fprintf(stderr, "gatehouse: a live key is named %s already, or the name is unfit\n", argv[0]);
	if (rc == 0)
		printf("%s\n", key);
	return rc;
}

int
key_list(struct cli *c, int argc, char **argv)
{
	const char *list;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select string_agg(format('%-24s %-20s %s  %s', name,"
	    " array_to_string(scopes, ','), to_char(created_at, 'YYYY-MM-DD HH24:MI'),"
	    " 'revoked ' || to_char(revoked_at, 'YYYY-MM-DD HH24:MI')), e'\\n' order by id)"
	    " from service_keys", NULL, 0, &list);
	if (rc == 0 && list != NULL)
		printf("%s\n", list);
	return rc;
}

int
key_revoke(struct cli *c, int argc, char **argv)
{
	const char *args[1], *gone;
	int rc;

	if (argc != 1)
		return CLI_USAGE;
	args[0] = argv[0];
	rc = cli_query(c, "select core.key_revoke($1)::text", args, 1, &gone);
	if (rc < 0)
		return rc;
	if (gone == NULL || strcmp(gone, "true") != 0)
		return err_set(&c->err, E_NOT_FOUND, "there is no live key named %s", argv[0]);
	printf("revoked %s\n", argv[0]);
	return 0;
}
