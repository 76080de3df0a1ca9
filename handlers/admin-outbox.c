/* SPDX-License-Identifier: MIT */
/* GET /admin/outbox: what waits to be sent, what could not be, and the upkeep.
 * POST /admin/outbox: sends again, goes on with a channel, has a job done now. */
#include "common/handler.h"

enum { P_STATE, P_KIND, P_BEFORE, P_ACT, P_ID, P_CHANNEL, P_JOB };

static const struct param params[] = {
	[P_STATE] = { .name = "state", .type = PARAM_TEXT, .form = form_token },
	[P_KIND] = { .name = "kind", .type = PARAM_TEXT, .form = form_printable },
	[P_BEFORE] = { .name = "before", .type = PARAM_INT, .min = 1, .max = INT64_MAX },
	[P_ACT] = { .name = "act", .type = PARAM_TEXT, .form = form_token },
	[P_ID] = { .name = "id", .type = PARAM_INT, .min = 1, .max = INT64_MAX },
	[P_CHANNEL] = { .name = "channel", .type = PARAM_TEXT, .form = form_token },
	[P_JOB] = { .name = "job", .type = PARAM_TEXT, .form = form_token },
};

static int
admin_outbox_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_STATE), req_param(r, P_KIND),
		req_param(r, P_BEFORE) };
	struct json_object *page;
	int rc = req_call_json(r, "admin_outbox", args, COUNT(args), &page);

	return rc < 0 ? rc : resp_page(r, 200, "admin-outbox", page);
}

static int
admin_outbox_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_ACT), req_param(r, P_ID),
		req_param(r, P_KIND), req_param(r, P_CHANNEL), req_param(r, P_JOB) };
	const char *ignored;
	int rc = req_call(r, "admin_outbox_act", args, COUNT(args), &ignored);

	return rc < 0 ? rc : resp_redirect(r, "/admin/outbox");
}

static const struct handler handler = {
	.name = "admin-outbox",
	.params = params,
	.nparams = COUNT(params),
	.get = admin_outbox_get,
	.post = admin_outbox_post,
};

int
main(void)
{
	return handler_main(&handler);
}
