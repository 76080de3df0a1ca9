/* SPDX-License-Identifier: MIT */
/* GET /admin: the operator's overview. */
#include "common/handler.h"

static int
admin_get(struct req *r)
{
	struct json_object *page;
	int rc = req_call_json(r, "admin", &r->caller, 1, &page);

	return rc < 0 ? rc : resp_page(r, 200, "admin", page);
}

static const struct handler handler = {
	.name = "admin",
	.get = admin_get,
};

int
main(void)
{
	return handler_main(&handler);
}
