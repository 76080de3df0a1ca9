/* SPDX-License-Identifier: MIT */
/* Sign-in with Telegram as a browser goes through it: there and back.  A cookie of
 * ten minutes and the state in the address belong together; see oidc.h. */
#ifndef GATEHOUSE_TELEGRAM_LOGIN_H
#define GATEHOUSE_TELEGRAM_LOGIN_H

struct json_object;
struct req;

struct telegram_login {
	const char *browser;	/* the cookie's token */
	const char *state;	/* the address's */
};

/* A sign-in that begins.  A browser keeps its token, so that two of its windows may
 * sign in at once.  0 or E_NOT_CONFIGURED. */
int telegram_login_begin(struct req *r, struct telegram_login *l);

/* Answers by sending the browser to Telegram. */
int telegram_login_send(struct req *r, const struct telegram_login *l);

/* The sign-in that a browser comes back from with that state.  0 or
 * E_SIGN_IN_STALE when it has no cookie. */
int telegram_login_resume(struct req *r, const char *state, struct telegram_login *l);

/* Changes the code for verified claims; see oidc_claims(). */
int telegram_login_claims(struct req *r, const struct telegram_login *l, const char *code,
    struct json_object **claims);

#endif
