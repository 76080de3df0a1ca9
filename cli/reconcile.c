/* SPDX-License-Identifier: MIT */
/* gatehouse reconcile: holds our books against Stripe's and prints what it found. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/conf.h"
#include "common/reconcile.h"

static bool
kind_print(void *arg, const char *kind, const struct reconcile_count *n)
{
	(void)arg;
	printf("%-18s %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", kind, n->seen, n->missing,
	    n->repaired);
	return true;
}

/* The number of days of --days, or 0 when it is none from 1 to 36500. */
static int
days_read(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text != '\0' && *end == '\0' && n >= 1 && n <= 36500 ? (int)n : 0;
}

int
reconcile(struct cli *c, int argc, char **argv)
{
	struct reconcile w = { .caller = "reconcile", .days = RECONCILE_DAYS, .walked = kind_print,
	    .stripe = { conf_get(c->conf, "STRIPE_SECRET_KEY"), conf_get(c->conf, "STRIPE_API_BASE") } };
	int rc;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			w.dry_run = true;
		else if (strcmp(argv[i], "--days") == 0 && i + 1 < argc)
			w.days = days_read(argv[++i]);
		else
			return CLI_USAGE;
	}
	if (w.days == 0)
		return CLI_USAGE;
	w.db = cli_db(c);
	if (w.db == NULL)
		return c->err.code;
	printf("%-18s %10s %10s %10s\n", "", "seen", "missing", "repaired");
	rc = reconcile_run(&w, c->arena, &c->err);
	return rc == 0 && w.sum.missing > w.sum.repaired ? CLI_FAULTS : rc;
}
