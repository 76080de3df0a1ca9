/* SPDX-License-Identifier: MIT */
/* POST /api/session/telegram: the fields of Telegram's login widget, as JSON or as a
 * form, become a session. */
#include "common/handler.h"
#include "common/telegram.h"

static int
session_telegram_post(struct req *r)
{
	struct session session = session_new(r);
	const char *args[] = { r->caller, NULL, NULL, session.hash, req_user_agent(r) };
	struct json_object *fields;
	const char *answer;
	int rc = params_all(r, &fields);

	if (rc == 0)
		rc = telegram_widget_check(r->arena, setting("TELEGRAM_BOT_TOKEN"), fields, &args[1], &r->err);
	if (rc < 0)
		return rc;
	args[2] = json_write(r->arena, fields);
	rc = req_call(r, "session_telegram", args, COUNT(args), &answer);
	if (rc < 0)
		return rc;
	session_keep(r, &session);
	return resp_json(r, 200, answer);
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
