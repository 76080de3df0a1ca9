/* SPDX-License-Identifier: MIT */
/* gatehouse deliver: posts the notices that are due to the operator's own address,
 * signed, and ends.  Each is recorded after its answer came: killed between the
 * two, the notice is posted again.  doc/notices says what arrives. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/crypto.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/log.h"

#define BATCH "8"		/* times ATTEMPT_MS must be less than the minute of a claim */
#define ATTEMPT_MS 5000

struct delivery {
	const char *url, *secret;
	int64_t at;		/* the site's time, unix seconds */
	unsigned done, failed;
};

/* t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">, as Stripe signs its webhooks. */
static const char *
signature(struct cli *c, const struct delivery *d, const char *body)
{
	const char *text = arena_printf(c->arena, "%lld.%s", (long long)d->at, body);

	return arena_printf(c->arena, "Gatehouse-Signature: t=%lld,v1=%s", (long long)d->at,
	    hmac_sha256_hex(c->arena, d->secret, text));
}

/* The HTTP status, 0 for no answer with the reason in e. */
static long
post(struct cli *c, const struct delivery *d, const char *id, const char *body, struct err *e)
{
	const char *headers[] = { "Content-Type: application/json", signature(c, d, body),
		arena_printf(c->arena, "Idempotency-Key: %s", id), NULL };
	struct fetch_request q = {
		.method = "POST",
		.url = d->url,
		.headers = headers,
		.body = { body, strlen(body) },
		.total_ms = ATTEMPT_MS,
	};
	struct fetch_result r;

	return fetch(c->arena, &q, &r, e) < 0 ? 0 : r.status;
}

static int
deliver_one(struct cli *c, struct delivery *d, const struct json_object *job)
{
	const char *id = json_text(job, "id"), *outcome;
	struct err e = { 0 };
	int64_t attempt = 0;
	long status = post(c, d, id, json_text(job, "body"), &e);
	int rc;

	json_int64(job, "attempt", &attempt);
	const char *args[] = { id, arena_printf(c->arena, "%lld", (long long)attempt),
		arena_printf(c->arena, "%ld", status), e.code < 0 ? e.log : NULL };
	rc = cli_query(c, "select core.outbox_record($1::bigint, $2::integer, $3::integer, $4)",
	    args, COUNT(args), &outcome);
	if (rc < 0)
		return rc;
	if (strcmp(outcome, "done") == 0)
		d->done++;
	else
		d->failed++;
	log_program(strcmp(outcome, "done") == 0 ? "info" : "warning", "deliver",
	    "notice %s (%s) attempt %lld: status %ld, %s", id, json_text(job, "kind"),
	    (long long)attempt, status, outcome);
	return 0;
}

/* Claims and posts a batch; how many there were, or E_*. */
static int
deliver_batch(struct cli *c, struct delivery *d)
{
	const char *args[] = { BATCH }, *text;
	struct json_object *claim, *jobs;
	int n, rc = cli_query(c, "select core.outbox_claim('notice', $1::integer)::text", args, COUNT(args), &text);

	if (rc == 0)
		rc = json_parse(c->arena, text, strlen(text), JSON_DEPTH, &claim, &c->err);
	if (rc < 0)
		return rc;
	json_int64(claim, "at", &d->at);
	jobs = json_member(claim, "jobs");
	n = (int)json_object_array_length(jobs);
	for (int i = 0; rc == 0 && i < n; i++)
		rc = deliver_one(c, d, json_object_array_get_idx(jobs, (size_t)i));
	return rc < 0 ? rc : n;
}

int
deliver(struct cli *c, int argc, char **argv)
{
	struct delivery d = { .url = conf_get(c->conf, "NOTICE_URL"), .secret = conf_get(c->conf, "NOTICE_SECRET") };
	int n;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	if (d.url == NULL || d.secret == NULL)
		return err_set(&c->err, E_NOT_CONFIGURED, "NOTICE_URL and NOTICE_SECRET are not both set");
	do
		n = deliver_batch(c, &d);
	while (n > 0);
	if (n == 0)
		printf("%u notices delivered, %u failed\n", d.done, d.failed);
	return n;
}
