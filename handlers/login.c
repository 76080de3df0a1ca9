/* SPDX-License-Identifier: MIT */
/* GET /login?token=: asks whether to sign in by a one-time link.
 * POST /login: consumes the link and opens a session. */
#include "common/handler.h"

enum { P_TOKEN };

static const struct param params[] = {
	[P_TOKEN] = { .name = "token", .type = PARAM_TEXT, .required = true, .form = form_token },
};

static int
login_get(struct req *r)
{
	const char *token = req_secret_hash(r, req_param(r, P_TOKEN));
	struct json_object *page;
	int rc = req_call_json(r, "login_link", &token, 1, &page);

	if (rc < 0)
		return rc;
	json_set_text(page, "token", req_param(r, P_TOKEN));
	return resp_page(r, 200, "login", page);
}

static int
login_post(struct req *r)
{
	struct session session = session_new(r);
	const char *args[] = { req_secret_hash(r, req_param(r, P_TOKEN)), session.hash,
		req_user_agent(r) };
	struct json_object *opened;
	int rc = req_call_json(r, "login", args, COUNT(args), &opened);

	if (rc < 0)
		return rc;
	session_keep(r, &session);
	return resp_redirect(r, json_text(opened, "landing"));
}

static const struct handler handler = {
	.name = "login",
	.params = params,
	.nparams = COUNT(params),
	.secret_url = true,
	.get = login_get,
	.post = login_post,
};

int
main(void)
{
	return handler_main(&handler);
}
