/* SPDX-License-Identifier: MIT */
/* GET /pricing: what is for sale, each with a form that starts a checkout. */
#include "common/handler.h"

enum { P_CANCELED };

static const struct param params[] = {
	[P_CANCELED] = { .name = "canceled", .type = PARAM_INT, .min = 0, .max = 1 },
};

static int
pricing_get(struct req *r)
{
	struct json_object *page;
	int rc = req_call_json(r, "pricing", &r->caller, 1, &page);

	if (rc < 0)
		return rc;
	json_set_bool(page, "canceled", req_param(r, P_CANCELED) != NULL);
	return resp_page(r, 200, "pricing", page);
}

static const struct handler handler = {
	.name = "pricing",
	.params = params,
	.nparams = COUNT(params),
	.get = pricing_get,
};

int
main(void)
{
	return handler_main(&handler);
}
