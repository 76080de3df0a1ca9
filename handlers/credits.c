/* SPDX-License-Identifier: MIT */
/* GET /api/credits: balance, lots with their expiry, what expires next. */
#include "common/handler.h"

enum { P_USER_ID };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
};

static int
credits_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID) };
	const char *credits;
	int rc = req_call(r, "credits", args, COUNT(args), &credits);

	return rc < 0 ? rc : resp_json(r, 200, credits);
}

static const struct handler handler = {
	.name = "credits",
	.params = params,
	.nparams = COUNT(params),
	.get = credits_get,
};

int
main(void)
{
	return handler_main(&handler);
}
