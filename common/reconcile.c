/* SPDX-License-Identifier: MIT */
#include "common/reconcile.h"

#include <inttypes.h>
#include <json-c/json_object.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/db.h"
#include "common/err.h"
#include "common/json.h"
#include "common/util.h"

#define PAGE "100"	/* objects per list call, the most Stripe gives */

/* What is walked; events first, for they say when.  Lines are asked one by one. */
static const struct kind {
	const char *name, *path;	/* NULL: lines_walk() */
	const char *status;	/* only objects of that status; NULL: all */
} kinds[] = {
	{ "events", "/v1/events", NULL },
	{ "sessions", "/v1/checkout/sessions", "complete" },
	{ "invoices", "/v1/invoices", "paid" },
	{ "invoice payments", "/v1/invoice_payments", "paid" },
	{ "charges", "/v1/charges", NULL },
	{ "disputes", "/v1/disputes", NULL },
	{ "lines", NULL, NULL },
};

/* Lets the database judge one object and counts what it said: a JSON text. */
static int
object_judge(const struct reconcile *w, struct arena *a, struct json_object *o,
    struct reconcile_count *n, struct err *e)
{
	const char *args[] = { json_write(a, o), w->dry_run ? "false" : "true" };
	const char *said = NULL;
	int rc = db_call(w->db, a, w->caller, "reconcile_item", args, COUNT(args), &said, e);

	if (rc < 0 || said == NULL || strcmp(said, "\"skipped\"") == 0)
		return rc;
	n->seen++;
	if (strcmp(said, "\"seen\"") != 0)
		n->missing++;
	if (strcmp(said, "\"repaired\"") == 0)
		n->repaired++;
	return 0;
}

/* One page of a list, in a's memory.  *last is the id after which the next one
 * begins, in keep; NULL after the last page. */
static int
page_walk(const struct reconcile *w, struct arena *a, struct arena *keep, const struct kind *k,
    const char *since, const char **last, struct reconcile_count *n, struct err *e)
{
	const struct stripe_param params[] = { { "limit", PAGE }, { "starting_after", *last },
	    { "created[gte]", since }, { "status", k->status } };
	struct json_object *list, *data, *o = NULL;
	bool more = false;
	int rc = stripe_call(a, &w->stripe, "GET", k->path, params, COUNT(params), NULL, &list, e);

	if (rc < 0)
		return rc;
	data = json_member(list, "data");
	if (!json_object_is_type(data, json_type_array))
		return err_set(e, E_STRIPE_FAILED, "%s gave no list", k->path);
	for (size_t i = 0; rc == 0 && i < json_object_array_length(data); i++) {
		o = json_object_array_get_idx(data, i);
		rc = object_judge(w, a, o, n, e);
	}
	if (json_truth(list, "has_more", &more) <= 0 || json_text(o, "id") == NULL)
		more = false;
	*last = more ? arena_strdup(keep, json_text(o, "id")) : NULL;
	return rc;
}

/* The whole list; a page's memory goes with the page. */
static int
kind_walk(const struct reconcile *w, struct arena *a, const struct kind *k, const char *since,
    struct reconcile_count *n, struct err *e)
{
	const char *last = NULL;
	struct arena *page;
	int rc;

	do {
		page = arena_new();
		rc = page_walk(w, page, a, k, since, &last, n, e);
		e->detail = NULL;	/* it was in the page's memory */
		arena_free(page);
	} while (rc == 0 && last != NULL);
	return rc;
}

/* One page of the lines of a session or an invoice, in a's memory; *next as
 * page_walk()'s last. */
static int
lines_page(const struct reconcile *w, struct arena *a, struct arena *keep,
    const struct json_object *wanted, const char **next, struct err *e)
{
	const char *args[] = { json_text(wanted, "subject"), NULL }, *text;
	const struct stripe_param params[] = { { "limit", PAGE }, { "starting_after", *next } };
	struct json_object *list, *answer;
	int rc = stripe_call(a, &w->stripe, "GET", json_text(wanted, "path"), params, COUNT(params),
	    NULL, &list, e);

	if (rc < 0)
		return rc;
	args[1] = json_write(a, list);
	rc = db_call(w->db, a, w->caller, "reconcile_lines", args, COUNT(args), &text, e);
	if (rc == 0)
		rc = json_parse(a, text, strlen(text), JSON_DEPTH, &answer, e);
	if (rc < 0)
		return rc;
	text = json_text(answer, "next");
	*next = text == NULL ? NULL : arena_strdup(keep, text);
	return 0;
}

/* All lines of one of them.  One that Stripe does not know is left missing. */
static int
lines_fetch(const struct reconcile *w, struct arena *a, const struct json_object *wanted,
    struct reconcile_count *n, struct err *e)
{
	const char *next = NULL;
	struct err unknown;
	int rc;

	do {
		struct arena *page = arena_new();

		unknown = (struct err){ 0 };
		rc = lines_page(w, page, a, wanted, &next, &unknown);
		arena_free(page);
	} while (rc == 0 && next != NULL);
	n->repaired += rc == 0;
	return rc == 0 || rc == E_STRIPE_FAILED ? 0 : err_set(e, rc, "%s", unknown.log);
}

/* What was bought and is not known yet. */
static int
lines_walk(const struct reconcile *w, struct arena *a, struct reconcile_count *n, struct err *e)
{
	struct json_object *wanted = NULL, *all;
	const char *text;
	int rc = db_call(w->db, a, w->caller, "reconcile_wanted", NULL, 0, &text, e);

	if (rc == 0)
		rc = json_parse(a, text, strlen(text), JSON_DEPTH, &wanted, e);
	if (rc < 0)
		return rc;
	all = json_member(wanted, "lists");
	n->seen = n->missing = (int64_t)json_object_array_length(all);
	for (size_t i = 0; rc == 0 && !w->dry_run && i < json_object_array_length(all); i++)
		rc = lines_fetch(w, a, json_object_array_get_idx(all, i), n, e);
	return rc;
}

/* Opens the run: *id and *since. */
static int
run_begin(const struct reconcile *w, struct arena *a, const char **id, const char **since,
    struct err *e)
{
	const char *args[] = { w->dry_run ? "true" : "false", arena_printf(a, "%d", w->days) };
	const char *text;
	struct json_object *run;
	int rc = db_call(w->db, a, w->caller, "reconcile_begin", args, COUNT(args), &text, e);

	if (rc == 0)
		rc = json_parse(a, text, strlen(text), JSON_DEPTH, &run, e);
	if (rc < 0)
		return rc;
	*id = json_write(a, json_member(run, "id"));
	*since = json_write(a, json_member(run, "since"));
	return 0;
}

/* Walks one kind, tells of it and adds it to the report. */
static int
kind_report(struct reconcile *w, struct arena *a, const struct kind *k, const char *since,
    struct buf *report, struct err *e)
{
	struct reconcile_count n = { 0 };
	int rc = k->path == NULL ? lines_walk(w, a, &n, e) : kind_walk(w, a, k, since, &n, e);
	bool on = w->walked == NULL || w->walked(w->arg, k->name, &n);

	buf_printf(report, "%s{\"kind\":\"%s\",\"seen\":%" PRId64 ",\"missing\":%" PRId64
	    ",\"repaired\":%" PRId64 "}", report->n == 0 ? "[" : ",", k->name, n.seen, n.missing,
	    n.repaired);
	w->sum.seen += n.seen;
	w->sum.missing += n.missing;
	w->sum.repaired += n.repaired;
	return rc == 0 && !on ? err_set(e, E_UNAVAILABLE, "stopped half way") : rc;
}

int
reconcile_run(struct reconcile *w, struct arena *a, struct err *e)
{
	const char *id, *since, *none, *args[2];
	struct buf report;
	int rc = run_begin(w, a, &id, &since, e);

	buf_init(&report, a);
	for (size_t i = 0; rc == 0 && i < COUNT(kinds); i++)
		rc = kind_report(w, a, &kinds[i], since, &report, e);
	if (rc < 0)
		return rc;
	args[0] = id;
	args[1] = arena_printf(a, "%s]", buf_text(&report));
	return db_call(w->db, a, w->caller, "reconcile_end", args, COUNT(args), &none, e);
}
