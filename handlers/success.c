/* SPDX-License-Identifier: MIT */
/* GET /success?session_id=: how a purchase stands; reading it consumes nothing.
 * POST /success: takes the Discord invite, for browsers without JavaScript; with
 * claim=1 adds the purchase to the account of who is signed in. */
#include "common/handler.h"
#include "common/siwe.h"

enum { P_SESSION_ID, P_CLAIM };

static const struct param params[] = {
	[P_SESSION_ID] = { .name = "session_id", .type = PARAM_TEXT, .required = true,
	    .form = form_token },
	[P_CLAIM] = { .name = "claim", .type = PARAM_INT, .min = 1, .max = 1 },
};

static int
success_get(struct req *r)
{
	const char *session_id = req_param(r, P_SESSION_ID);
	const char *args[] = { session_id, r->caller };
	struct json_object *page;
	int rc = req_call_json(r, "success", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	json_set_text(page, "session_id", session_id);
	json_set_bool(page, "telegram", setting("TELEGRAM_BOT_USERNAME") != NULL);
	json_set_text(page, "chain", setting_or("EVM_CHAIN_ID", SIWE_CHAIN));
	return resp_page(r, 200, "success", page);
}

static int
success_take(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_SESSION_ID), NULL, NULL };
	const char *ignored;

	return req_call(r, "get_discord_invite", args, COUNT(args), &ignored);
}

static int
success_claim(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_SESSION_ID) };
	const char *ignored;

	return req_call(r, "order_claim", args, COUNT(args), &ignored);
}

/* Every refusal (not paid, refunded, revoked, somebody else's) is a state the page
 * shows, so all answers but an unknown order lead back to it. */
static int
success_post(struct req *r)
{
	int rc = req_param(r, P_CLAIM) != NULL ? success_claim(r) : success_take(r);

	if (rc < 0 && error_row(rc)->status != 409 && error_row(rc)->status != 410)
		return rc;
	return resp_redirect(r, arena_printf(r->arena, "/success?session_id=%s",
	    req_param(r, P_SESSION_ID)));
}

static const struct handler handler = {
	.name = "success",
	.params = params,
	.nparams = COUNT(params),
	.secret_url = true,
	.get = success_get,
	.post = success_post,
};

int
main(void)
{
	return handler_main(&handler);
}
