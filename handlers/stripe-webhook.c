/* SPDX-License-Identifier: MIT */
/* POST /functions/v1/stripe-webhook: Stripe's events.  The signature is judged
 * over the raw body; then one call records the event and applies it. */
#include "common/handler.h"
#include "common/stripe.h"

static int
stripe_webhook_post(struct req *r)
{
	struct json_object *event;	/* parsed only to refuse what is no JSON object */
	const char *args[2], *answer;
	int64_t signed_at;
	int rc;

	rc = stripe_signature_check(req_header(r, "Stripe-Signature"),
	    setting("STRIPE_WEBHOOK_SIGNING_SECRET"), r->body.p, r->body.n, &signed_at, &r->err);
	if (rc == 0)
		rc = json_parse(r->arena, r->body.p, r->body.n, JSON_DEPTH, &event, &r->err);
	if (rc < 0)
		return rc;
	args[0] = arena_printf(r->arena, "%lld", (long long)signed_at);
	args[1] = r->body.p;
	rc = req_call(r, "stripe_webhook", args, COUNT(args), &answer);
	return rc < 0 ? rc : resp_json(r, 200, answer);
}

static const struct handler handler = {
	.name = "stripe-webhook",
	.body = BODY_RAW,
	.post = stripe_webhook_post,
};

int
main(void)
{
	return handler_main(&handler);
}
