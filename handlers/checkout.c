/* SPDX-License-Identifier: MIT */
/* POST /api/checkout: opens a Stripe Checkout Session for one product.  A form
 * is redirected to the payment page, an application gets its address. */
#include "common/handler.h"
#include "common/stripe.h"

enum { P_PRICE_ID, P_USER_ID, P_IDEMPOTENCY_KEY };

static const struct param params[] = {
	[P_PRICE_ID] = { .name = "price_id", .type = PARAM_TEXT, .required = true, .form = form_token },
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_IDEMPOTENCY_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
};

/* Creates the session at Stripe and ties it to the order, which then says so. */
static int
session_open(struct req *r, struct json_object *order)
{
	const struct stripe stripe = {
		.key = setting("STRIPE_SECRET_KEY"),
		.base = setting("STRIPE_API_BASE"),
	};
	const struct stripe_checkout checkout = {
		.order = json_text(order, "order_id"),
		.mode = json_text(order, "mode"),
		.price = json_text(order, "price_id"),
		.user = json_text(order, "user_id"),
		.customer = json_text(order, "customer"),
		.email = json_text(order, "email"),
		.success_url = arena_printf(r->arena,
		    "%s/success?session_id={CHECKOUT_SESSION_ID}", req_public_url(r)),
		.cancel_url = arena_printf(r->arena, "%s/pricing?canceled=1", req_public_url(r)),
	};
	struct stripe_session session;
	struct json_object *bound;
	int rc;

	rc = stripe_checkout_create(r->arena, &stripe, &checkout, &session, &r->err);
	if (rc < 0)
		return rc;
	const char *args[] = { checkout.order, session.id, session.url };
	rc = req_call_json(r, "checkout_bind", args, COUNT(args), &bound);
	if (rc < 0)
		return rc;
	json_set_text(order, "session_id", json_text(bound, "session_id"));
	json_set_text(order, "url", json_text(bound, "url"));
	return 0;
}

static int
checkout_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_PRICE_ID), req_param(r, P_USER_ID),
		req_param(r, P_IDEMPOTENCY_KEY) };
	struct json_object *order;
	int rc;

	rc = req_call_json(r, "checkout_begin", args, COUNT(args), &order);
	if (rc == 0 && json_text(order, "url") == NULL)
		rc = session_open(r, order);
	if (rc < 0)
		return rc;
	if (r->form && !req_wants_json(r))
		return resp_redirect(r, json_text(order, "url"));
	return resp_json(r, 200, json_write(r->arena, order));
}

static const struct handler handler = {
	.name = "checkout",
	.params = params,
	.nparams = COUNT(params),
	.post = checkout_post,
};

int
main(void)
{
	return handler_main(&handler);
}
