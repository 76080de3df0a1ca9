/* SPDX-License-Identifier: MIT */
#include "common/telegram_login.h"

#include <string.h>

#include "common/app.h"
#include "common/arena.h"
#include "common/crypto.h"
#include "common/oidc.h"
#include "common/param.h"
#include "common/req.h"
#include "common/resp.h"
#include "common/telegram.h"

#define COOKIE_SECONDS 600L	/* as long as api.auth_telegram() lets a sign-in live */

/* telegram:bot_access asks the person to let the bot write to them. */
#define SCOPE "openid profile telegram:bot_access"

static const char *
cookie_name(const struct req *r)
{
	return program_is_https(r->program) ? "__Host-telegram" : "telegram";
}

static const char *
cookie_token(struct req *r)
{
	const char *token = req_cookie(r, cookie_name(r));

	return token != NULL && strlen(token) == TOKEN_LENGTH && form_token(token) ? token : NULL;
}

/* A bot that has no secret for web login can not be signed in with. */
static int
provider(struct req *r, struct oidc *o)
{
	const char *token, *base = setting("TELEGRAM_OIDC_BASE");
	int rc = req_setting(r, "TELEGRAM_CLIENT_SECRET", &o->secret);

	if (rc == 0)
		rc = req_setting(r, "TELEGRAM_BOT_TOKEN", &token);
	if (rc < 0)
		return rc;
	o->client = telegram_bot_id(r->arena, token);
	if (o->client == NULL)
		return req_fail(r, E_NOT_CONFIGURED, NULL, "TELEGRAM_BOT_TOKEN does not begin with a bot's id");
	o->base = base == NULL ? TELEGRAM_OIDC_BASE : base;
	o->redirect = arena_printf(r->arena, "%s/auth/telegram/callback", req_public_url(r));
	return 0;
}

int
telegram_login_begin(struct req *r, struct telegram_login *l)
{
	struct oidc o;

	l->browser = cookie_token(r);
	if (l->browser == NULL)
		l->browser = req_secret_new(r);
	l->state = req_secret_new(r);
	return provider(r, &o);
}

int
telegram_login_send(struct req *r, const struct telegram_login *l)
{
	struct oidc_login login = oidc_login(r->arena, l->browser, l->state);
	struct oidc o;
	int rc = provider(r, &o);

	if (rc < 0)
		return rc;
	resp_cookie(r, cookie_name(r), l->browser, COOKIE_SECONDS);
	return resp_redirect(r, oidc_address(r->arena, &o, &login, SCOPE));
}

int
telegram_login_resume(struct req *r, const char *state, struct telegram_login *l)
{
	l->browser = cookie_token(r);
	l->state = state;
	return l->browser != NULL ? 0 : req_fail(r, E_SIGN_IN_STALE, NULL, "no cookie of a sign-in");
}

int
telegram_login_claims(struct req *r, const struct telegram_login *l, const char *code,
    struct json_object **claims)
{
	struct oidc_login login = oidc_login(r->arena, l->browser, l->state);
	struct oidc o;
	int rc = provider(r, &o);

	return rc < 0 ? rc : oidc_claims(r->arena, &o, &login, code, claims, &r->err);
}
