/* SPDX-License-Identifier: MIT */
/* POST /api/portal: opens Stripe's customer portal, where a member ends or changes a
 * subscription.  A form is redirected there, an application gets its address. */
#include "common/handler.h"
#include "common/stripe.h"

enum { P_USER_ID };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
};

/* A portal session lasts minutes, so that each request has one of its own; its id
 * makes the call safe to repeat on the way. */
static int
portal_open(struct req *r, const char *customer, const char **url)
{
	const struct stripe stripe = {
		.key = setting("STRIPE_SECRET_KEY"),
		.base = setting("STRIPE_API_BASE"),
	};
	const struct stripe_param call[] = {
		{ "customer", customer },
		{ "return_url", arena_printf(r->arena, "%s/credits", req_public_url(r)) },
	};
	struct json_object *session;
	int rc = stripe_call(r->arena, &stripe, "POST", "/v1/billing_portal/sessions", call, COUNT(call),
	    arena_printf(r->arena, "portal-%s", r->id), &session, &r->err);

	if (rc < 0)
		return rc;
	*url = json_text(session, "url");
	return *url != NULL ? 0 : err_set(&r->err, E_STRIPE_FAILED, "Stripe: a portal without url");
}

static int
portal_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID) }, *url;
	struct json_object *who;
	int rc = req_call_json(r, "portal", args, COUNT(args), &who);

	if (rc == 0)
		rc = portal_open(r, json_text(who, "customer"), &url);
	if (rc < 0)
		return rc;
	if (r->form && !req_wants_json(r))
		return resp_redirect(r, url);
	json_set_text(who, "url", url);
	return resp_json(r, 200, json_write(r->arena, who));
}

static const struct handler handler = {
	.name = "portal",
	.params = params,
	.nparams = COUNT(params),
	.post = portal_post,
};

int
main(void)
{
	return handler_main(&handler);
}
