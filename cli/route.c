/* SPDX-License-Identifier: MIT */
/* gatehouse env NAME: the environment of a route's or worker's program, and no more. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"

/* What every program gets, if it is set; DATABASE_URL is made for its role. */
static const char *const common[] = {
	"PUBLIC_URL", "METRICS_DIR", "GATEHOUSE_DATADIR", "SANDBOX",
};

int
route_lines(struct cli *c, const char **lines)
{
	struct str routes, workers;

	if (data_read(c, "routes", &routes) < 0 || data_read(c, "workers.list", &workers) < 0)
		return c->err.code;
	*lines = arena_printf(c->arena, "%s%s", routes.p, workers.p);
	return 0;
}

int
route_line(struct cli *c, const char *name, const char **line)
{
	size_t n = strlen(name);
	const char *p, *end;

	if (route_lines(c, &p) < 0)
		return c->err.code;
	for (; *p != '\0'; p = *end == '\0' ? end : end + 1) {
		end = p + strcspn(p, "\n");
		if (strncmp(p, name, n) == 0 && p[n] == ' ') {
			*line = arena_strndup(c->arena, p + n + 1, (size_t)(end - p) - n - 1);
			return 0;
		}
	}
	return err_set(&c->err, E_NOT_FOUND, "there is no route or worker %s", name);
}

const char *
route_role(struct arena *a, const char *name)
{
	char *role = arena_printf(a, "gh_%s", name);

	for (char *p = role; *p != '\0'; p++)
		if (*p == '-')
			*p = '_';
	return role;
}

/* The owner's connection string with the role's user and password put over its
 * own: in libpq's URIs as well as in its keyword strings the later one holds. */
static const char *
role_url(struct cli *c, const char *url, const char *role)
{
	const char *secret = conf_get(c->conf, "ROLE_SECRET");
	bool uri = strstr(url, "://") != NULL;
	const char *join = !uri ? " " : strchr(url, '?') != NULL ? "&" : "?";

	url = arena_printf(c->arena, "%s%suser=%s", url, join, role);
	if (secret == NULL)
		return url;
	return arena_printf(c->arena, "%s%spassword=%s", url, uri ? "&" : " ",
	    hmac_sha256_hex(c->arena, secret, role));
}

/* One line as systemd's EnvironmentFile reads it; quoted only when need be. */
static int
line_print(struct cli *c, const char *name, const char *value)
{
	if (strchr(value, '\n') != NULL)
		return err_set(&c->err, E_INTERNAL, "%s has two lines", name);
	if (strpbrk(value, " \t\"'\\`$#;") == NULL) {
		printf("%s=%s\n", name, value);
		return 0;
	}
	printf("%s=\"", name);
	for (; *value != '\0'; value++)
		printf(strchr("\"\\`$", *value) != NULL ? "\\%c" : "%c", *value);
	printf("\"\n");
	return 0;
}

static int
setting_print(struct cli *c, const char *name)
{
	const char *value = conf_get(c->conf, name);

	return value == NULL ? 0 : line_print(c, name, value);
}

/* The names after the thread count, one by one. */
static int
settings_print(struct cli *c, const char *line)
{
	int rc = 0;

	for (line += strcspn(line, " "); rc == 0 && *line == ' ';) {
		size_t n = strcspn(++line, " ");

		rc = setting_print(c, arena_strndup(c->arena, line, n));
		line += n;
	}
	return rc;
}

int
route_env(struct cli *c, int argc, char **argv)
{
	const char *line, *url = conf_get(c->conf, "DATABASE_URL");
	int rc;

	if (argc != 1)
		return CLI_USAGE;
	rc = route_line(c, argv[0], &line);
	if (rc < 0)
		return rc;
	if (url == NULL)
		return err_set(&c->err, E_NOT_CONFIGURED, "DATABASE_URL is not set");
	rc = line_print(c, "DATABASE_URL", role_url(c, url, route_role(c->arena, argv[0])));
	for (size_t i = 0; rc == 0 && i < COUNT(common); i++)
		rc = setting_print(c, common[i]);
	return rc < 0 ? rc : settings_print(c, line);
}
