/* SPDX-License-Identifier: MIT */
/* GET /login: the ways in; who is in already goes on.
 * GET /login?token=: asks whether to sign in by a one-time link.
 * POST /login: consumes the link and opens a session. */
#include "common/handler.h"
#include "common/siwe.h"

enum { P_TOKEN, P_NEXT };

static const struct param params[] = {
	[P_TOKEN] = { .name = "token", .type = PARAM_TEXT, .form = form_token },
	[P_NEXT] = { .name = "next", .type = PARAM_TEXT, .max = 500, .form = form_printable },
};

/* The name of the bot is no secret: where there is one, people may sign in by it. */
static int
login_ways(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_NEXT) };
	struct json_object *page;
	int rc = req_call_json(r, "login_page", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	if (json_text(page, "landing") != NULL)
		return resp_redirect(r, json_text(page, "landing"));
	json_set_bool(page, "telegram", setting("TELEGRAM_BOT_USERNAME") != NULL);
	json_set_text(page, "chain", setting_or("EVM_CHAIN_ID", SIWE_CHAIN));
	return resp_page(r, 200, "login", page);
}

static int
login_get(struct req *r)
{
	const char *args[] = { req_client(r), NULL };
	struct json_object *page;
	int rc;

	if (req_param(r, P_TOKEN) == NULL)
		return login_ways(r);
	rc = req_check_opened(r);
	if (rc < 0)
		return rc;
	args[1] = req_secret_hash(r, req_param(r, P_TOKEN));
	rc = req_call_json(r, "login_link", args, COUNT(args), &page);
	if (rc < 0)
		return rc;
	json_set_text(page, "token", req_param(r, P_TOKEN));
	return resp_page(r, 200, "login-link", page);
}

static int
login_post(struct req *r)
{
	const char *token = req_param(r, P_TOKEN);
	struct session session = session_new(r);
	const char *args[] = { r->caller, req_client(r), NULL, session.hash, req_user_agent(r),
		req_param(r, P_NEXT) };
	struct json_object *opened;
	int rc;

	if (token == NULL)
		return req_invalid(r, "token", "is missing");
	args[2] = req_secret_hash(r, token);
	rc = req_call_json(r, "login", args, COUNT(args), &opened);
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
