/* SPDX-License-Identifier: MIT */
/* POST /functions/v1/credit-meter: charges a user for the use of an agent,
 * exactly once per idempotency key. */
#include "common/handler.h"

enum { P_USER_ID, P_AGENT, P_QUANTITY, P_IDEMPOTENCY_KEY, P_METADATA };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_AGENT] = { .name = "agent", .type = PARAM_TEXT, .required = true, .form = form_printable },
	[P_QUANTITY] = { .name = "quantity", .type = PARAM_INT, .min = 1, .max = 1000000 },
	[P_IDEMPOTENCY_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
	[P_METADATA] = { .name = "metadata", .type = PARAM_OBJECT },
};

static int
credit_meter_post(struct req *r)
{
	const char *quantity = req_param(r, P_QUANTITY);
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_AGENT),
		quantity != NULL ? quantity : "1", req_param(r, P_IDEMPOTENCY_KEY),
		req_param(r, P_METADATA) };

	return req_batch(r, args, COUNT(args));
}

static const struct handler handler = {
	.name = "credit-meter",
	.params = params,
	.nparams = COUNT(params),
	.post = credit_meter_post,
	.batch = { .one = "credit_meter", .many = "credit_meter_batch" },
};

int
main(void)
{
	return handler_main(&handler);
}
