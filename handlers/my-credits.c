/* SPDX-License-Identifier: MIT */
/* GET /credits: a member's own credits. */
#include "common/handler.h"

enum { P_CURSOR };

static const struct param params[] = {
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
};

static int
my_credits_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_CURSOR) };
	struct json_object *page;
	int rc = req_call_json(r, "my_credits", args, COUNT(args), &page);

	return rc < 0 ? rc : resp_page(r, 200, "my-credits", page);
}

static const struct handler handler = {
	.name = "my-credits",
	.params = params,
	.nparams = COUNT(params),
	.get = my_credits_get,
};

int
main(void)
{
	return handler_main(&handler);
}
