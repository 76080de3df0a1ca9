/* SPDX-License-Identifier: MIT */
#include "common/caller.h"

#include <string.h>
#include <strings.h>

#include "common/app.h"
#include "common/arena.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/jwt.h"
#include "common/req.h"

/* The token of "Authorization: Bearer TOKEN", or NULL. */
static const char *
bearer(const struct req *r)
{
	const char *s = req_header(r, "Authorization");

	if (s == NULL || strncasecmp(s, "Bearer ", 7) != 0)
		return NULL;
	s += 7;
	return s + strspn(s, " ");
}

static bool
is_key(const char *s)
{
	return s != NULL && strncmp(s, SERVICE_KEY_PREFIX, strlen(SERVICE_KEY_PREFIX)) == 0;
}

static int
caller_by_key(struct req *r, const char *key)
{
	r->caller = arena_printf(r->arena, "{\"key\":\"%s\"}",
	    sha256_hex(r->arena, key, strlen(key)));
	return 0;
}

static int
caller_by_token(struct req *r, const char *token)
{
	struct json_object *claims;
	const char *secret;
	int rc;

	rc = req_setting(r, "JWT_SECRET", &secret);
	if (rc == 0)
		rc = jwt_verify(r->arena, token, strlen(token), secret, &claims, &r->err);
	if (rc == 0)
		r->caller = arena_printf(r->arena, "{\"user\":%s}", json_write(r->arena, claims));
	return rc;
}

static int
caller_by_cron(struct req *r, const char *token)
{
	const char *secret;
	int rc = req_setting(r, "CRON_SECRET", &secret);

	if (rc < 0)
		return rc;
	if (!secret_equal_text(token, secret))
		return req_fail(r, E_UNAUTHORIZED, NULL, "wrong cron secret");
	r->caller = "{\"cron\":true}";
	return 0;
}

const char *
caller_cookie(const struct req *r)
{
	return program_is_https(r->program) ? "__Host-session" : "session";
}

const char *
caller_session(struct req *r)
{
	const char *token = r->route->auth & AUTH_SESSION ? req_cookie(r, caller_cookie(r)) : NULL;

	if (token == NULL || *token == '\0')
		return NULL;
	return arena_printf(r->arena, "{\"session\":\"%s\"}",
	    sha256_hex(r->arena, token, strlen(token)));
}

/* Origin names the scheme and host a form came from: what came without TLS may be
 * anybody's.  A page that hides its address (no-referrer) makes browsers send "null". */
static bool
origin_is_ours(const struct req *r, const char *origin)
{
	const char *host = req_header(r, "Host"), *name = strstr(origin, "://");

	if (host == NULL || name == NULL || strcasecmp(name + 3, host) != 0)
		return false;
	return !program_is_https(r->program) || strncasecmp(origin, "https://", 8) == 0;
}

int
caller_check_site(struct req *r)
{
	const char *site = req_header(r, "Sec-Fetch-Site");
	const char *origin = req_header(r, "Origin");

	if (site != NULL) {
		if (strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0)
			return 0;
		return req_fail(r, E_CROSS_SITE, NULL, site);
	}
	if (origin != NULL && strcmp(origin, "null") != 0 && !origin_is_ours(r, origin))
		return req_fail(r, E_CROSS_SITE, NULL, origin);
	return 0;
}

/* A cookie is sent by the browser whoever made the request, so a session must
 * show where a change comes from; without any sign it is refused. */
static int
session_check_site(struct req *r)
{
	const char *origin = req_header(r, "Origin");

	if (strcmp(r->method, "GET") == 0)
		return 0;
	if (req_header(r, "Sec-Fetch-Site") == NULL && (origin == NULL || strcmp(origin, "null") == 0))
		return req_fail(r, E_CROSS_SITE, NULL, "a session without Origin");
	return caller_check_site(r);
}

static int
caller_is_local(struct req *r)
{
	const char *address = req_env(r, "REMOTE_ADDR");

	/* nginx listening on a unix socket gives "unix:" as the address. */
	if (address != NULL && (strcmp(address, "127.0.0.1") == 0 ||
	    strcmp(address, "::1") == 0 || strncmp(address, "unix:", 5) == 0))
		return 0;
	return req_fail(r, E_FORBIDDEN, NULL, address);
}

/* Front ends made for Supabase send an apikey header beside the user's token;
 * it counts only when it is one of our service keys. */
static const char *
caller_bearer(const struct req *r)
{
	const char *apikey = req_header(r, "apikey");

	if ((r->route->auth & AUTH_KEY) && bearer(r) == NULL && is_key(apikey))
		return apikey;
	return bearer(r);
}

int
caller_read(struct req *r)
{
	unsigned auth = r->route->auth;
	const char *token = caller_bearer(r), *session;
	int rc;

	if (auth & AUTH_LOCAL)
		return caller_is_local(r);
	if (auth & AUTH_CRON)
		return caller_by_cron(r, token);
	if ((auth & AUTH_KEY) && is_key(token))
		return caller_by_key(r, token);
	if ((auth & AUTH_USER) && token != NULL && !is_key(token))
		return caller_by_token(r, token);
	session = caller_session(r);
	if (session != NULL) {
		rc = session_check_site(r);
		if (rc == 0)
			r->caller = session;
		return rc;
	}
	if (auth & AUTH_NONE)
		return 0;
	return req_fail(r, E_UNAUTHORIZED, NULL, "no credential");
}
