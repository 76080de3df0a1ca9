/* SPDX-License-Identifier: MIT */
/* Notices to the operator's own address, signed.  doc/notices says what arrives. */
#include <json-c/json.h>
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/req.h"
#include "workers/channel.h"

#define ATTEMPT_MS 5000
#define ANSWER_BYTES 4096	/* of an answer nobody reads */

static const char *url, *secret;

static int
notice_open(struct arena *a, const char **digest, struct err *e)
{
	(void)e;
	url = setting("NOTICE_URL");
	secret = setting("NOTICE_SECRET");
	*digest = url == NULL || secret == NULL ? NULL : arena_printf(a, "%s %s", url, secret);
	return 0;
}

/* t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">, as Stripe signs its webhooks. */
static const char *
signature(struct arena *a, int64_t at, const char *body)
{
	const char *text = arena_printf(a, "%lld.%s", (long long)at, body);

	return arena_printf(a, "Gatehouse-Signature: t=%lld,v1=%s", (long long)at,
	    hmac_sha256_hex(a, secret, text));
}

/* The same text at every attempt. */
static const char *
notice_body(struct arena *a, const struct job *j)
{
	struct buf b;

	buf_init(&b, a);
	buf_printf(&b, "{\"id\":\"%s\",\"kind\":", j->id);
	buf_json(&b, j->kind);
	buf_str(&b, ",\"created_at\":");
	buf_json(&b, j->created_at);
	buf_printf(&b, ",\"data\":%s}", json_write(a, j->payload));
	return buf_text(&b);
}

static int
notice_request(struct arena *a, const struct job *j, struct fetch_request *q, struct err *e)
{
	const char *body = notice_body(a, j);
	const char **headers = arena_alloc(a, 4 * sizeof *headers);

	(void)e;
	headers[0] = "Content-Type: application/json";
	headers[1] = signature(a, j->at, body);
	headers[2] = arena_printf(a, "Idempotency-Key: %s", j->id);
	*q = (struct fetch_request){ .method = "POST", .url = url, .headers = headers,
		.body = { body, strlen(body) }, .total_ms = ATTEMPT_MS, .max_bytes = ANSWER_BYTES,
		.cut = true };
	return 0;
}

static void
notice_judge(struct arena *a, const struct job *j, const struct fetch_result *r, struct verdict *v)
{
	(void)j;
	v->wait_ms = retry_after_ms(a, r);
	v->error = arena_printf(a, "HTTP %ld", r->status);
	if (r->status >= 200 && r->status <= 299) {
		*v = (struct verdict){ .fate = "done" };
	} else if (r->status == 401) {
		v->fate = "halt";
		v->error = "NOTICE_URL answers 401";
	} else if (r->status == 429) {
		v->fate = "pause";
		v->wide = true;
	} else {
		v->fate = "again";
	}
}

const struct channel notice_channel = { "notice", notice_open, notice_request, notice_judge };
