/* SPDX-License-Identifier: MIT */
/* GET /auth/telegram/callback: the browser comes back from Telegram; signs in, and
 * accepts the invitation that the sign-in was begun for. */
#include "common/handler.h"
#include "common/telegram_login.h"

enum { P_STATE, P_CODE, P_ERROR };

static const struct param params[] = {
	[P_STATE] = { .name = "state", .type = PARAM_TEXT, .required = true, .form = form_token },
	[P_CODE] = { .name = "code", .type = PARAM_TEXT, .max = 2048, .form = form_printable },
	[P_ERROR] = { .name = "error", .type = PARAM_TEXT, .form = form_printable },
};

/* Telegram does not stand for what came: counted, which may say to wait instead. */
static int
callback_failed(struct req *r, const char *client)
{
	struct err why = r->err;
	struct json_object *ignored;
	int rc;

	r->err = (struct err){ 0 };
	rc = req_call_json(r, "telegram_callback_failed", &client, 1, &ignored);
	if (rc == E_SIGN_IN_FAILED)
		r->err = why;
	return rc;
}

/* Verified claims of who came back. */
static int
callback_claims(struct req *r, const struct telegram_login *login, const char **claims)
{
	const char *args[] = { req_client(r), req_secret_hash(r, login->state),
		req_secret_hash(r, login->browser) };
	struct json_object *object;
	int rc = req_call_json(r, "telegram_callback_look", args, COUNT(args), &object);

	if (rc == 0 && (req_param(r, P_ERROR) != NULL || req_param(r, P_CODE) == NULL))
		rc = req_fail(r, E_SIGN_IN_DECLINED, NULL, req_param(r, P_ERROR));
	if (rc == 0)
		rc = telegram_login_claims(r, login, req_param(r, P_CODE), &object);
	if (rc == E_SIGN_IN_FAILED)
		rc = callback_failed(r, args[0]);
	if (rc == 0)
		*claims = json_write(r->arena, object);
	return rc;
}

static int
telegram_callback_get(struct req *r)
{
	struct session session = session_new(r);
	struct telegram_login login;
	const char *args[] = { r->caller, req_client(r), NULL, NULL, NULL, session.hash, req_user_agent(r) };
	struct json_object *answer;
	int rc = telegram_login_resume(r, req_param(r, P_STATE), &login);

	if (rc == 0)
		rc = callback_claims(r, &login, &args[4]);
	if (rc < 0)
		return rc;
	args[2] = req_secret_hash(r, login.state);
	args[3] = req_secret_hash(r, login.browser);
	rc = req_call_json(r, "telegram_callback", args, COUNT(args), &answer);
	if (rc < 0)
		return rc;
	session_keep(r, &session);
	return resp_redirect(r, json_text(answer, "landing"));
}

static const struct handler handler = {
	.name = "telegram-callback",
	.params = params,
	.nparams = COUNT(params),
	.secret_url = true,
	.get = telegram_callback_get,
};

int
main(void)
{
	return handler_main(&handler);
}
