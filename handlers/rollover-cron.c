/* SPDX-License-Identifier: MIT */
/* POST /functions/v1/rollover-cron: the monthly rollover, called by cron with
 * CRON_SECRET; a second call in a month changes nothing. */
#include "common/handler.h"

static int
rollover_cron_post(struct req *r)
{
	const char *summary;
	int rc = req_call(r, "rollover_cron", &r->caller, 1, &summary);

	return rc < 0 ? rc : resp_json(r, 200, summary);
}

static const struct handler handler = {
	.name = "rollover-cron",
	.post = rollover_cron_post,
};

int
main(void)
{
	return handler_main(&handler);
}
