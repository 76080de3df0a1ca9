/* SPDX-License-Identifier: MIT */
/* POST /api/session/telegram: the fields of Telegram's login widget, as JSON or as a
 * form, become a session. */
#include "common/handler.h"
#include "common/telegram.h"

/* *hash stays NULL when it is wrong: that is for SQL to count. */
static int
widget_check(struct req *r, struct json_object *fields, const char **hash)
{
	struct err e = { 0 };
	int rc = telegram_widget_check(r->arena, setting("TELEGRAM_BOT_TOKEN"), fields, hash, &e);

	if (rc < 0 && rc != E_SIGN_IN_FAILED) {
		r->err = e;
		return rc;
	}
	if (rc < 0)
		*hash = NULL;
	return 0;
}

static int
session_telegram_post(struct req *r)
{
	struct session session = session_new(r);
	const char *args[] = { r->caller, req_client(r), NULL, NULL, session.hash, req_user_agent(r) };
	struct json_object *fields, *answer;
	int rc = params_all(r, &fields);

	if (rc == 0)
		rc = widget_check(r, fields, &args[2]);
	if (rc < 0)
		return rc;
	args[3] = json_write(r->arena, fields);
	rc = req_call_json(r, "session_telegram", args, COUNT(args), &answer);
	if (rc < 0)
		return rc;
	session_keep(r, &session);
	return resp_json(r, 200, json_write(r->arena, answer));
}

static const struct handler handler = {
	.name = "session-telegram",
	.body = BODY_RAW,
	.post = session_telegram_post,
};

int
main(void)
{
	return handler_main(&handler);
}
