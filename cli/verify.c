/* SPDX-License-Identifier: MIT */
/* gatehouse verify: proves on the live database that the numbers are true. */
#include <inttypes.h>
#include <json-c/json_object.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/json.h"

/* Prints one check and returns how many faults it found. */
static int64_t
check_print(const struct json_object *check)
{
	const char *name = json_text(check, "check_name"), *sample = json_text(check, "sample");
	int64_t checked = 0, faults = 0;

	json_int64(check, "checked", &checked);
	json_int64(check, "faults", &faults);
	if (faults == 0)
		printf("ok     %10" PRId64 "  %s\n", checked, name);
	else
		printf("FAULT  %10" PRId64 "  %s: %" PRId64 " wrong, e.g. %s\n", checked, name,
		    faults, sample == NULL ? "?" : sample);
	return faults;
}

int
verify(struct cli *c, int argc, char **argv)
{
	struct json_object *result, *checks;
	int64_t faults = 0;
	const char *text;
	size_t n;
	int rc;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select json_build_object('checks', coalesce(json_agg(v), '[]'))::text"
	    " from core.verify() v", NULL, 0, &text);
	if (rc == 0)
		rc = json_parse(c->arena, text, strlen(text), JSON_DEPTH, &result, &c->err);
	if (rc < 0)
		return rc;
	checks = json_member(result, "checks");
	n = json_object_array_length(checks);
	if (n == 0)
		return err_set(&c->err, E_INTERNAL, "core.verify() checks nothing");
	for (size_t i = 0; i < n; i++)
		faults += check_print(json_object_array_get_idx(checks, i));
	printf("%zu checks, %" PRId64 " faults\n", n, faults);
	return faults > 0 ? CLI_FAULTS : 0;
}
