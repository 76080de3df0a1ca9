/* SPDX-License-Identifier: MIT */
/* GET /notifications: write to one's recipients, and what became of what was sent.
 * POST /notifications: sends. */
#include "common/handler.h"

#define TEXT_BYTES (4000 * 4)	/* each character at its longest */

enum { P_CURSOR, P_ID, P_TEXT, P_LINK, P_KEY };

static const struct param params[] = {
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_ID] = { .name = "id", .type = PARAM_TEXT, .form = form_uuid },
	[P_TEXT] = { .name = "text", .type = PARAM_TEXT, .max = TEXT_BYTES },
	[P_LINK] = { .name = "link", .type = PARAM_TEXT, .max = 2000, .form = form_printable },
	[P_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable },
};

static int
my_notifications_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_CURSOR), req_param(r, P_ID) };
	struct json_object *page;
	int rc = req_call_json(r, "my_notifications", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	if (resp_unchanged(r, page))
		return 0;
	json_set_text(page, "idempotency_key", req_secret_new(r));
	return resp_page(r, 200, "my-notifications", page);
}

static int
my_notifications_post(struct req *r)
{
	const char *args[] = { r->caller, NULL, req_param(r, P_TEXT), req_param(r, P_LINK),
		req_param(r, P_KEY) };
	struct json_object *sent;
	int rc = req_call_json(r, "notification_send", args, COUNT(args), &sent);

	if (rc < 0)
		return rc;
	return resp_redirect(r, arena_printf(r->arena, "/notifications?id=%s",
	    json_text(json_member(sent, "notification"), "id")));
}

static const struct handler handler = {
	.name = "my-notifications",
	.params = params,
	.nparams = COUNT(params),
	.get = my_notifications_get,
	.post = my_notifications_post,
};

int
main(void)
{
	return handler_main(&handler);
}
