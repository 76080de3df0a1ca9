/* SPDX-License-Identifier: MIT */
/* GET /healthz: whether this site can serve: the database answers and its
 * schema is there. */
#include "common/handler.h"

static int
healthz_get(struct req *r)
{
	const char *health;
	int rc = req_call(r, "healthz", NULL, 0, &health);

	return rc < 0 ? rc : resp_json(r, 200, health);
}

static const struct handler handler = {
	.name = "healthz",
	.get = healthz_get,
};

int
main(void)
{
	return handler_main(&handler);
}
