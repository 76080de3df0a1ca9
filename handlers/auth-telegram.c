/* SPDX-License-Identifier: MIT */
/* GET, POST /auth/telegram: sends the browser to Telegram to sign in.  Only POST may
 * name an invitation, which the sign-in will accept, or by its Checkout session a
 * purchase, which it will add to the account. */
#include "common/handler.h"
#include "common/telegram_login.h"

enum { P_NEXT, P_INVITE, P_SESSION_ID };

static const struct param params[] = {
	[P_NEXT] = { .name = "next", .type = PARAM_TEXT, .max = 500, .form = form_printable },
	[P_INVITE] = { .name = "invite", .type = PARAM_TEXT, .max = 64, .form = form_token },
	[P_SESSION_ID] = { .name = "session_id", .type = PARAM_TEXT, .form = form_token },
};

static int
auth_begin(struct req *r, const char *invite, const char *purchase)
{
	struct telegram_login login;
	const char *args[] = { r->caller, NULL, NULL, req_param(r, P_NEXT), invite, purchase };
	const char *ignored;
	int rc = telegram_login_begin(r, &login);

	if (rc < 0)
		return rc;
	args[1] = req_secret_hash(r, login.state);
	args[2] = req_secret_hash(r, login.browser);
	rc = req_call(r, "auth_telegram", args, COUNT(args), &ignored);
	return rc < 0 ? rc : telegram_login_send(r, &login);
}

static int
auth_telegram_get(struct req *r)
{
	return auth_begin(r, NULL, NULL);
}

static int
auth_telegram_post(struct req *r)
{
	return auth_begin(r, req_param(r, P_INVITE), req_param(r, P_SESSION_ID));
}

static const struct handler handler = {
	.name = "auth-telegram",
	.params = params,
	.nparams = COUNT(params),
	.get = auth_telegram_get,
	.post = auth_telegram_post,
};

int
main(void)
{
	return handler_main(&handler);
}
