/* SPDX-License-Identifier: MIT */
/* gatehouse reconcile: holds our books against Stripe's.  Walks Stripe's events
 * (kept there for 30 days), also those never delivered, then the objects that
 * money made, whose events may be gone; what we miss is applied by the same SQL
 * as a delivery; last, lines of what was bought that nobody told us yet.  The
 * database decides and remembers; this file only walks. */
#include <inttypes.h>
#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/conf.h"
#include "common/json.h"
#include "common/stripe.h"

#define PAGE "100"	/* objects per list call, the most Stripe gives */
#define DAYS 30		/* how far back; Stripe keeps events no longer */

/* What is walked; events first, for they say when.  Lines are asked one by one. */
static const struct kind {
	const char *name, *path;	/* NULL: lines_walk() */
	const char *status;	/* only objects of that status; NULL: all */
	const char *sql;
} kinds[] = {
	{ "events", "/v1/events", NULL, "select core.reconcile_event($1::jsonb, $2::boolean)" },
	{ "sessions", "/v1/checkout/sessions", "complete", "select core.reconcile_object($1::jsonb, $2::boolean)" },
	{ "invoices", "/v1/invoices", "paid", "select core.reconcile_object($1::jsonb, $2::boolean)" },
	{ "invoice payments", "/v1/invoice_payments", "paid", "select core.reconcile_object($1::jsonb, $2::boolean)" },
	{ "charges", "/v1/charges", NULL, "select core.reconcile_object($1::jsonb, $2::boolean)" },
	{ "disputes", "/v1/disputes", NULL, "select core.reconcile_object($1::jsonb, $2::boolean)" },
	{ "lines", NULL, NULL, "select core.lines_wanted()::text" },
};

struct count {
	int64_t seen, missing, repaired;	/* missing counts what was repaired, too */
};

struct walk {
	struct cli *cli;
	struct stripe stripe;
	const char *since;	/* Unix time */
	bool dry_run;
};

/* Lets the database judge one object and counts what it said. */
static int
object_judge(struct cli *c, const struct walk *w, const struct kind *k,
    struct json_object *o, struct count *n)
{
	const char *args[] = { json_write(c->arena, o), w->dry_run ? "false" : "true" };
	const char *said = NULL;
	int rc = cli_query(c, k->sql, args, COUNT(args), &said);

	if (rc < 0 || said == NULL || strcmp(said, "skipped") == 0)
		return rc;
	n->seen++;
	if (strcmp(said, "seen") != 0)
		n->missing++;
	if (strcmp(said, "repaired") == 0)
		n->repaired++;
	return 0;
}

/* One page of a list.  *last is the id after which the next one begins, in the
 * walk's arena; NULL after the last page. */
static int
page_walk(struct cli *c, const struct walk *w, const struct kind *k, const char **last,
    struct count *n)
{
	const struct stripe_param params[] = { { "limit", PAGE }, { "starting_after", *last },
	    { "created[gte]", w->since }, { "status", k->status } };
	struct json_object *list, *data, *o = NULL;
	bool more = false;
	int rc = stripe_call(c->arena, &w->stripe, "GET", k->path, params, COUNT(params), NULL,
	    &list, &c->err);

	if (rc < 0)
		return rc;
	data = json_member(list, "data");
	if (!json_object_is_type(data, json_type_array))
		return err_set(&c->err, E_STRIPE_FAILED, "%s gave no list", k->path);
	for (size_t i = 0; rc == 0 && i < json_object_array_length(data); i++) {
		o = json_object_array_get_idx(data, i);
		rc = object_judge(c, w, k, o, n);
	}
	if (json_truth(list, "has_more", &more) <= 0 || json_text(o, "id") == NULL)
		more = false;
	*last = more ? arena_strdup(w->cli->arena, json_text(o, "id")) : NULL;
	return rc;
}

/* The whole list; a page's memory goes with the page. */
static int
kind_walk(const struct walk *w, const struct kind *k, struct count *n)
{
	const char *last = NULL;
	int rc;

	do {
		struct cli page = { .arena = arena_new(), .conf = w->cli->conf, .db = w->cli->db };

		rc = page_walk(&page, w, k, &last, n);
		if (rc < 0)
			err_set(&w->cli->err, rc, "%s", page.err.log);
		arena_free(page.arena);
	} while (rc == 0 && last != NULL);
	return rc;
}

/* One page of the lines of a session or an invoice; *next as page_walk()'s last. */
static int
lines_page(struct cli *c, const struct walk *w, struct json_object *wanted, const char **next)
{
	const char *path = json_text(wanted, "path"), *subject = json_text(wanted, "subject");
	const struct stripe_param params[] = { { "limit", PAGE }, { "starting_after", *next } };
	const char *args[] = { subject, NULL }, *said = NULL;
	struct json_object *list;
	int rc = stripe_call(c->arena, &w->stripe, "GET", path, params, COUNT(params), NULL, &list,
	    &c->err);

	if (rc < 0)
		return rc;
	args[1] = json_write(c->arena, list);
	rc = cli_query(c, "select core.lines_take($1, $2::jsonb)", args, COUNT(args), &said);
	*next = said != NULL ? arena_strdup(w->cli->arena, said) : NULL;
	return rc;
}

/* All lines of one of them.  That Stripe does not know it is told and passed over. */
static int
lines_fetch(const struct walk *w, struct json_object *wanted, struct count *n)
{
	const char *next = NULL;
	int rc;

	do {
		struct cli page = { .arena = arena_new(), .conf = w->cli->conf, .db = w->cli->db };

		rc = lines_page(&page, w, wanted, &next);
		if (rc == E_STRIPE_FAILED)
			fprintf(stderr, "gatehouse: %s: %s\n", json_text(wanted, "subject"), page.err.log);
		else if (rc < 0)
			err_set(&w->cli->err, rc, "%s", page.err.log);
		arena_free(page.arena);
	} while (rc == 0 && next != NULL);
	n->repaired += rc == 0;
	return rc == E_STRIPE_FAILED ? 0 : rc;
}

/* What was bought and is not known yet. */
static int
lines_walk(const struct walk *w, const struct kind *k, struct count *n)
{
	struct cli *c = w->cli;
	struct json_object *wanted = NULL, *all;
	const char *text;
	int rc = cli_query(c, k->sql, NULL, 0, &text);

	if (rc == 0)
		rc = json_parse(c->arena, text, strlen(text), JSON_DEPTH, &wanted, &c->err);
	if (rc < 0)
		return rc;
	all = json_member(wanted, "lists");
	n->seen = n->missing = (int64_t)json_object_array_length(all);
	for (size_t i = 0; rc == 0 && !w->dry_run && i < json_object_array_length(all); i++)
		rc = lines_fetch(w, json_object_array_get_idx(all, i), n);
	return rc;
}

/* Opens the run: *id and w->since. */
static int
run_begin(struct walk *w, const char *days, const char **id)
{
	struct cli *c = w->cli;
	const char *args[] = { w->dry_run ? "true" : "false", days };
	const char *text;
	struct json_object *run;
	int rc = cli_query(c, "select core.reconcile_begin($1::boolean, $2::integer)::text",
	    args, COUNT(args), &text);

	if (rc == 0)
		rc = json_parse(c->arena, text, strlen(text), JSON_DEPTH, &run, &c->err);
	if (rc < 0)
		return rc;
	*id = json_write(c->arena, json_member(run, "id"));
	w->since = json_write(c->arena, json_member(run, "since"));
	return 0;
}

/* Walks every kind, prints its line and closes the run.  Returns how much is
 * missing still, or E_*. */
static int
run_walk(struct walk *w, const char *id)
{
	struct cli *c = w->cli;
	struct buf b;
	const char *args[2], *none;
	int64_t left = 0;
	int rc = 0;

	buf_init(&b, c->arena);
	printf("%-18s %10s %10s %10s\n", "", "seen", "missing", "repaired");
	for (size_t i = 0; rc == 0 && i < COUNT(kinds); i++) {
		struct count n = { 0 };

		rc = kinds[i].path == NULL ? lines_walk(w, &kinds[i], &n) : kind_walk(w, &kinds[i], &n);
		printf("%-18s %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", kinds[i].name, n.seen,
		    n.missing, n.repaired);
		buf_printf(&b, "%s{\"kind\":\"%s\",\"seen\":%" PRId64 ",\"missing\":%" PRId64
		    ",\"repaired\":%" PRId64 "}", i == 0 ? "[" : ",", kinds[i].name, n.seen, n.missing,
		    n.repaired);
		left += n.missing - n.repaired;
	}
	if (rc < 0)
		return rc;
	buf_str(&b, "]");
	args[0] = id;
	args[1] = buf_text(&b);
	rc = cli_query(c, "select core.reconcile_end($1::bigint, $2::jsonb)::text", args, 2, &none);
	return rc < 0 ? rc : left > 0;
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
	struct walk w = { .cli = c, .stripe = { conf_get(c->conf, "STRIPE_SECRET_KEY"),
	    conf_get(c->conf, "STRIPE_API_BASE") } };
	int days = DAYS, rc;
	const char *id;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			w.dry_run = true;
		else if (strcmp(argv[i], "--days") == 0 && i + 1 < argc)
			days = days_read(argv[++i]);
		else
			return CLI_USAGE;
	}
	if (days == 0)
		return CLI_USAGE;
	rc = run_begin(&w, arena_printf(c->arena, "%d", days), &id);
	if (rc == 0)
		rc = run_walk(&w, id);
	return rc > 0 ? CLI_FAULTS : rc;
}
