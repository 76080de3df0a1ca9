/* SPDX-License-Identifier: MIT */
/* POST /functions/v1/rollover-cron: the monthly rollover, called by cron with
 * CRON_SECRET; a second call in a month changes nothing.  Each step is committed
 * by itself.  What is not done in time is answered 202 with the sums so far, and
 * the next call goes on from there. */
#include "common/handler.h"
#include "common/util.h"

/* For so long a call begins new steps.  nginx waits 40, and one step may wait 10
 * for a lock; ROLLOVER_SECONDS makes it less. */
#define CALL_SECONDS 20

static uint64_t
call_end(void)
{
	const char *seconds = setting("ROLLOVER_SECONDS");
	long n = seconds == NULL ? CALL_SECONDS : strtol(seconds, NULL, 10);

	return micros_now() + 1000000 * (uint64_t)(n < 0 || n > CALL_SECONDS ? (long)CALL_SECONDS : n);
}

static int
rollover_cron_post(struct req *r)
{
	uint64_t end = call_end();
	struct json_object *run;
	bool done = false;
	int rc;

	do {
		rc = req_call_json(r, "rollover_cron", &r->caller, 1, &run);
		if (rc < 0)
			return rc;
		json_truth(run, "done", &done);
	} while (!done && micros_now() < end);
	return resp_json(r, done ? 200 : 202, json_write(r->arena, run));
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
