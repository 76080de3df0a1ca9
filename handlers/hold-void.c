/* SPDX-License-Identifier: MIT */
/* POST /api/credits/holds/void: gives back all that was held. */
#include "common/handler.h"

enum { P_HOLD_ID };

static const struct param params[] = {
	[P_HOLD_ID] = { .name = "hold_id", .type = PARAM_TEXT, .required = true, .form = form_printable },
};

static int
hold_void_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_HOLD_ID) };
	const char *receipt;
	int rc = req_call(r, "hold_void", args, COUNT(args), &receipt);

	return rc < 0 ? rc : resp_json(r, 200, receipt);
}

static const struct handler handler = {
	.name = "hold-void",
	.params = params,
	.nparams = COUNT(params),
	.post = hold_void_post,
};

int
main(void)
{
	return handler_main(&handler);
}
