/* SPDX-License-Identifier: MIT */
/* GET /success?session_id=: how a purchase stands; reading it consumes nothing.
 * POST /success: takes the Discord invite, for browsers without JavaScript. */
#include "common/handler.h"

enum { P_SESSION_ID };

static const struct param params[] = {
	[P_SESSION_ID] = { .name = "session_id", .type = PARAM_TEXT, .required = true,
	    .form = form_token },
};

static int
success_get(struct req *r)
{
	const char *session_id = req_param(r, P_SESSION_ID);
	struct json_object *page;
	int rc = req_call_json(r, "success", &session_id, 1, &page);

	if (rc < 0)
		return rc;
	json_set_text(page, "session_id", session_id);
	return resp_page(r, 200, "success", page);
}

/* Every refusal (not paid, refunded, revoked) is a state the page shows, so all
 * answers but an unknown order lead back to it. */
static int
success_post(struct req *r)
{
	const char *args[] = { NULL, req_param(r, P_SESSION_ID), NULL, NULL };
	const char *ignored;
	int rc = req_call(r, "get_discord_invite", args, COUNT(args), &ignored);

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
