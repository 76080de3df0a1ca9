/* SPDX-License-Identifier: MIT */
/* Sign-in by OpenID Connect (Core 1.0): authorization code with PKCE (RFC 7636,
 * S256), and the id token that comes of it. */
#ifndef GATEHOUSE_OIDC_H
#define GATEHOUSE_OIDC_H

#include <stddef.h>

struct arena;
struct err;
struct json_object;

/* Telegram's provider: core.telegram.org/bots/telegram-login.  Its addresses are
 * BASE/auth, BASE/token and BASE/.well-known/jwks.json; BASE is the issuer too. */
#define TELEGRAM_OIDC_BASE "https://oauth.telegram.org"

/* Longest id token looked at, bytes. */
#define OIDC_TOKEN_SIZE 8192

struct oidc {
	const char *base;	/* no slash at the end */
	const char *client;	/* client id */
	const char *secret;	/* client secret */
	const char *redirect;	/* where the browser comes back to, whole */
};

/* What one sign-in is tied together by.  All of it follows from two tokens, one in
 * the browser's cookie and one in the address, so nothing secret is stored. */
struct oidc_login {
	const char *state, *nonce, *verifier;
};

/* The sign-in that the browser's token and the address's token stand for.  Owned
 * by the arena. */
struct oidc_login oidc_login(struct arena *a, const char *browser, const char *state);

/* The address of the provider to send the browser to; scope as the provider names
 * it.  Owned by the arena. */
const char *oidc_address(struct arena *a, const struct oidc *o, const struct oidc_login *l,
    const char *scope);

/* Changes the code for an id token and verifies it: RS256 or ES256 by a key of the
 * provider, pinned by that key's type; iss, aud and nonce; exp and iat are numbers,
 * to be judged by the database's clock.  The provider's keys are kept by the process
 * for an hour; a token that names another makes it ask again, once a minute at most.
 * *claims belongs to the arena.  Returns 0; E_SIGN_IN_FAILED when the code or the
 * token is not accepted; E_SIGN_IN_UNAVAILABLE when the provider does not answer;
 * E_NOT_CONFIGURED when it refuses our secret.  The reason is only in e->log. */
int oidc_claims(struct arena *a, const struct oidc *o, const struct oidc_login *l,
    const char *code, struct json_object **claims, struct err *e);

/* The same for an id token in hand, n bytes. */
int oidc_verify(struct arena *a, const struct oidc *o, const char *nonce, const char *token,
    size_t n, struct json_object **claims, struct err *e);

#endif
