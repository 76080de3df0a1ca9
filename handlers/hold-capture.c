/* SPDX-License-Identifier: MIT */
/* POST /api/credits/holds/capture: spends what was held, or part of it; once. */
#include "common/handler.h"

enum { P_HOLD_ID, P_AMOUNT, P_IDEMPOTENCY_KEY };

static const struct param params[] = {
	[P_HOLD_ID] = { .name = "hold_id", .type = PARAM_TEXT, .required = true, .form = form_printable },
	[P_AMOUNT] = { .name = "amount", .type = PARAM_INT, .required = true, .min = 1, .max = 1000000 },
	[P_IDEMPOTENCY_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
};

static int
hold_capture_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_HOLD_ID), req_param(r, P_AMOUNT),
		req_param(r, P_IDEMPOTENCY_KEY) };
	const char *receipt;
	int rc = req_call(r, "hold_capture", args, COUNT(args), &receipt);

	return rc < 0 ? rc : resp_json(r, 200, receipt);
}

static const struct handler handler = {
	.name = "hold-capture",
	.params = params,
	.nparams = COUNT(params),
	.post = hold_capture_post,
};

int
main(void)
{
	return handler_main(&handler);
}
