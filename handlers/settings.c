/* SPDX-License-Identifier: MIT */
/* GET /settings: how somebody signs in, where they are signed in, how they read.
 * POST /settings: one change of these. */
#include "common/handler.h"
#include "common/siwe.h"

#define YEAR (365L * 24 * 3600)

enum { P_ACTION, P_LANGUAGE, P_TIME_ZONE, P_KIND, P_SUBJECT, P_SESSION };

static const struct param params[] = {
	[P_ACTION] = { .name = "action", .type = PARAM_TEXT, .form = form_token },
	[P_LANGUAGE] = { .name = "language", .type = PARAM_TEXT, .form = form_token },
	[P_TIME_ZONE] = { .name = "time_zone", .type = PARAM_TEXT, .form = form_printable },
	[P_KIND] = { .name = "kind", .type = PARAM_TEXT, .form = form_token },
	[P_SUBJECT] = { .name = "subject", .type = PARAM_TEXT, .form = form_printable },
	[P_SESSION] = { .name = "session", .type = PARAM_TEXT, .form = form_uuid },
};

static int
settings_get(struct req *r)
{
	struct json_object *page;
	int rc = req_call_json(r, "settings", &r->caller, 1, &page);

	if (rc < 0)
		return rc;
	json_set_bool(page, "telegram", setting("TELEGRAM_BOT_USERNAME") != NULL);
	json_set_text(page, "chain", setting_or("EVM_CHAIN_ID", SIWE_CHAIN));
	json_set_text(page, "next", "/settings");
	return resp_page(r, 200, "settings", page);
}

/* The cookie is for pages that do not ask who is reading. */
static int
settings_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_ACTION), req_param(r, P_LANGUAGE),
		req_param(r, P_TIME_ZONE), req_param(r, P_KIND), req_param(r, P_SUBJECT),
		req_param(r, P_SESSION) };
	struct json_object *now;
	const char *language;
	int rc = req_call_json(r, "settings_change", args, COUNT(args), &now);

	if (rc < 0)
		return rc;
	language = json_text(now, "language");
	resp_cookie(r, "language", language != NULL ? language : "", language != NULL ? YEAR : 0);
	return resp_redirect(r, "/settings");
}

static const struct handler handler = {
	.name = "settings",
	.params = params,
	.nparams = COUNT(params),
	.get = settings_get,
	.post = settings_post,
};

int
main(void)
{
	return handler_main(&handler);
}
