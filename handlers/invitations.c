/* SPDX-License-Identifier: MIT */
/* /api/invitations: GET lists one's own, POST makes one or many, DELETE withdraws
 * one; lists also as CSV (RFC 4180). */
#include "common/handler.h"
#include "common/invitation.h"

enum { P_USER_ID, P_ROLE, P_EXPIRES_IN, P_COUNT, P_CODE, P_KEY, P_STATUS, P_CURSOR, P_LIMIT,
	P_FORMAT };

static bool
form_format(const char *s)
{
	return strcmp(s, "json") == 0 || strcmp(s, "csv") == 0;
}

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_ROLE] = { .name = "role", .type = PARAM_TEXT, .form = form_token },
	[P_EXPIRES_IN] = { .name = "expires_in", .type = PARAM_INT, .min = 1, .max = INT32_MAX },
	[P_COUNT] = { .name = "count", .type = PARAM_INT, .min = 1, .max = 1000 },
	[P_CODE] = { .name = "invite_code", .type = PARAM_TEXT, .form = form_token },
	[P_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable,
	    .header = "Idempotency-Key" },
	[P_STATUS] = { .name = "status", .type = PARAM_TEXT, .form = form_token },
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_LIMIT] = { .name = "limit", .type = PARAM_INT, .min = 1, .max = 1000 },
	[P_FORMAT] = { .name = "format", .type = PARAM_TEXT, .form = form_format },
};

static bool
wants_csv(const struct req *r)
{
	const char *format = req_param(r, P_FORMAT), *accept = req_header(r, "Accept");

	if (format != NULL)
		return strcmp(format, "csv") == 0;
	return accept != NULL && strncmp(accept, "text/csv", 8) == 0;
}

static int
invitations_answer(struct req *r, int status, struct json_object *page)
{
	struct json_object *list = json_member(page, "invitations");
	const char *next = json_text(page, "next_cursor");

	if (next != NULL)
		resp_header(r, "X-Next-Cursor", next);
	if (wants_csv(r))
		return invitations_csv(r, list);
	invitations_links(r, list);
	invitation_links(r, json_member(page, "invitation"));
	return resp_json(r, status, json_write(r->arena, page));
}

static int
invitations_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_STATUS),
		req_param(r, P_CURSOR), req_param(r, P_LIMIT) };
	struct json_object *page;
	int rc = req_call_json(r, "invitations", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	return resp_unchanged(r, page) ? 0 : invitations_answer(r, 200, page);
}

static int
invitations_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_ROLE),
		req_param(r, P_EXPIRES_IN), req_param(r, P_COUNT), req_param(r, P_CODE),
		req_param(r, P_KEY) };
	struct json_object *page;
	int rc = req_call_json(r, "invitation_create", args, COUNT(args), &page);

	return rc < 0 ? rc : invitations_answer(r, 200, page);
}

static int
invitations_delete(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_CODE) };
	struct json_object *page;
	int rc = req_call_json(r, "invitation_revoke", args, COUNT(args), &page);

	return rc < 0 ? rc : invitations_answer(r, 200, page);
}

static const struct handler handler = {
	.name = "invitations",
	.params = params,
	.nparams = COUNT(params),
	.get = invitations_get,
	.post = invitations_post,
	.delete = invitations_delete,
};

int
main(void)
{
	return handler_main(&handler);
}
