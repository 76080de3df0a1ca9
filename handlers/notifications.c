/* SPDX-License-Identifier: MIT */
/* /api/notifications: POST sends a text to the recipients who accepted one's
 * invitations, GET lists what was sent, or tells all about one. */
#include "common/handler.h"

#define TEXT_BYTES (4000 * 4)	/* each character at its longest */

enum { P_USER_ID, P_TEXT, P_LINK, P_KEY, P_ID, P_CURSOR, P_LIMIT };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_TEXT] = { .name = "text", .type = PARAM_TEXT, .max = TEXT_BYTES },
	[P_LINK] = { .name = "link", .type = PARAM_TEXT, .max = 2000, .form = form_printable },
	[P_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
	[P_ID] = { .name = "id", .type = PARAM_TEXT, .form = form_printable },
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_LIMIT] = { .name = "limit", .type = PARAM_INT, .min = 1, .max = 1000 },
};

static int
notifications_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_ID),
		req_param(r, P_CURSOR), req_param(r, P_LIMIT) };
	struct json_object *page;
	int rc = req_call_json(r, "notifications", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	return resp_unchanged(r, page) ? 0 : resp_json(r, 200, json_write(r->arena, page));
}

static int
notifications_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_TEXT),
		req_param(r, P_LINK), req_param(r, P_KEY) };
	const char *answer;
	int rc = req_call(r, "notification_send", args, COUNT(args), &answer);

	return rc < 0 ? rc : resp_json(r, 200, answer);
}

static const struct handler handler = {
	.name = "notifications",
	.params = params,
	.nparams = COUNT(params),
	.get = notifications_get,
	.post = notifications_post,
};

int
main(void)
{
	return handler_main(&handler);
}
