/* SPDX-License-Identifier: MIT */
/* POST /api/credits/holds: sets credits aside for work of unknown cost. */
#include "common/handler.h"

enum { P_USER_ID, P_AGENT, P_QUANTITY, P_AMOUNT, P_IDEMPOTENCY_KEY, P_EXPIRES_IN, P_METADATA };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_AGENT] = { .name = "agent", .type = PARAM_TEXT, .form = form_printable },
	[P_QUANTITY] = { .name = "quantity", .type = PARAM_INT, .min = 1, .max = 1000000 },
	[P_AMOUNT] = { .name = "amount", .type = PARAM_INT, .min = 1, .max = 1000000 },
	[P_IDEMPOTENCY_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
	[P_EXPIRES_IN] = { .name = "expires_in", .type = PARAM_INT, .min = 1, .max = 86400 },
	[P_METADATA] = { .name = "metadata", .type = PARAM_OBJECT },
};

static int
credit_holds_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_AGENT),
		req_param(r, P_QUANTITY), req_param(r, P_AMOUNT), req_param(r, P_IDEMPOTENCY_KEY),
		req_param(r, P_EXPIRES_IN), req_param(r, P_METADATA) };
	const char *hold;
	int rc = req_call(r, "credit_hold", args, COUNT(args), &hold);

	return rc < 0 ? rc : resp_json(r, 200, hold);
}

static const struct handler handler = {
	.name = "credit-holds",
	.params = params,
	.nparams = COUNT(params),
	.post = credit_holds_post,
};

int
main(void)
{
	return handler_main(&handler);
}
