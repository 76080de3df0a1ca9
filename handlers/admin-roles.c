/* SPDX-License-Identifier: MIT */
/* GET /admin/roles: who holds which role.  POST /admin/roles: gives or takes one. */
#include "common/handler.h"

enum { P_SEARCH, P_USER_ID, P_ROLE, P_ACT };

static const struct param params[] = {
	[P_SEARCH] = { .name = "q", .type = PARAM_TEXT, .form = form_printable },
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_uuid },
	[P_ROLE] = { .name = "role", .type = PARAM_TEXT, .form = form_token },
	[P_ACT] = { .name = "act", .type = PARAM_TEXT, .form = form_token },
};

static int
admin_roles_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_SEARCH) };
	struct json_object *page;
	int rc = req_call_json(r, "admin_roles", args, COUNT(args), &page);

	return rc < 0 ? rc : resp_page(r, 200, "admin-roles", page);
}

static int
admin_roles_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_ROLE),
		req_param(r, P_ACT) };
	const char *ignored;
	int rc = req_call(r, "role_change", args, COUNT(args), &ignored);

	if (rc < 0)
		return rc;
	return resp_redirect(r, arena_printf(r->arena, "/admin/roles?q=%s", req_param(r, P_USER_ID)));
}

static const struct handler handler = {
	.name = "admin-roles",
	.params = params,
	.nparams = COUNT(params),
	.get = admin_roles_get,
	.post = admin_roles_post,
};

int
main(void)
{
	return handler_main(&handler);
}
