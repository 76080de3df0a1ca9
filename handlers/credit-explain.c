/* SPDX-License-Identifier: MIT */
/* GET /api/credits/explain?id=: which lots paid, and where those came from. */
#include "common/handler.h"

enum { P_ID };

static const struct param params[] = {
	[P_ID] = { .name = "id", .type = PARAM_TEXT, .required = true, .form = form_printable },
};

static int
credit_explain_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_ID) };
	const char *answer;
	int rc = req_call(r, "credit_explain", args, COUNT(args), &answer);

	return rc < 0 ? rc : resp_json(r, 200, answer);
}

static const struct handler handler = {
	.name = "credit-explain",
	.params = params,
	.nparams = COUNT(params),
	.get = credit_explain_get,
};

int
main(void)
{
	return handler_main(&handler);
}
