/* SPDX-License-Identifier: MIT */
/* GET /invite/CODE: who invites and to what; looking consumes nothing.
 * POST /invite/CODE: who is signed in accepts it. */
#include "common/handler.h"

/* The code, the rest of the path.  0 or E_*: what is none is an unknown one. */
static int
invite_code(struct req *r, const char **code)
{
	*code = r->path + strlen(r->route->path);
	if (strlen(*code) > 64 || !form_token(*code))
		return req_fail(r, E_INVITATION_UNKNOWN, NULL, "no code");
	return 0;
}

static int
invite_get(struct req *r)
{
	const char *bot = setting("TELEGRAM_BOT_USERNAME");
	const char *args[] = { r->caller, NULL };
	struct json_object *page;
	int rc = invite_code(r, &args[1]);

	if (rc == 0)
		rc = req_call_json(r, "invite", args, COUNT(args), &page);
	if (rc < 0)
		return rc;
	if (bot != NULL)
		json_set_text(page, "bot", bot);
	return resp_page(r, 200, "invite", page);
}

/* Every refusal is a state the page shows, so all answers but an unknown code and
 * an unknown person lead back to it. */
static int
invite_post(struct req *r)
{
	const char *args[] = { r->caller, NULL };
	const char *ignored;
	int rc = invite_code(r, &args[1]);

	if (rc == 0)
		rc = req_call(r, "invite_accept", args, COUNT(args), &ignored);
	if (rc < 0 && error_row(rc)->status != 409 && error_row(rc)->status != 410)
		return rc;
	return resp_redirect(r, r->path);
}

static const struct handler handler = {
	.name = "invite",
	.secret_url = true,
	.get = invite_get,
	.post = invite_post,
};

int
main(void)
{
	return handler_main(&handler);
}
