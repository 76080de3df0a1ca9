/* SPDX-License-Identifier: MIT */
/* POST /api/users: an application makes one of its users known; the same
 * external_id always gives the same user. */
#include "common/handler.h"

enum { P_EXTERNAL_ID, P_EMAIL, P_REFERRAL_CODE };

static const struct param params[] = {
	[P_EXTERNAL_ID] = { .name = "external_id", .type = PARAM_TEXT, .required = true,
	    .form = form_printable },
	[P_EMAIL] = { .name = "email", .type = PARAM_TEXT, .form = form_email },
	[P_REFERRAL_CODE] = { .name = "referral_code", .type = PARAM_TEXT, .max = 40,
	    .form = form_printable },
};

static int
users_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_EXTERNAL_ID), req_param(r, P_EMAIL),
		req_param(r, P_REFERRAL_CODE) };
	const char *user;
	int rc = req_call(r, "users", args, COUNT(args), &user);

	return rc < 0 ? rc : resp_json(r, 200, user);
}

static const struct handler handler = {
	.name = "users",
	.params = params,
	.nparams = COUNT(params),
	.post = users_post,
};

int
main(void)
{
	return handler_main(&handler);
}
