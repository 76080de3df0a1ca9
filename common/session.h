/* SPDX-License-Identifier: MIT */
/* The browser's side of a session: a token that only the browser keeps, whose hash
 * the SQL function that signs somebody in is given, and the cookie it travels in. */
#ifndef GATEHOUSE_SESSION_H
#define GATEHOUSE_SESSION_H

struct req;

/* How long a browser keeps the cookie, in seconds: as long as browsers keep any
 * (RFC 6265bis, 5.5).  When the session ends is decided by core.session_lifetime(),
 * counted from its last use. */
#define SESSION_COOKIE_SECONDS (400L * 24 * 3600)

struct session {
	const char *token;	/* for the cookie, nowhere else */
	const char *hash;	/* its SHA-256 in hex, for core.session_open() */
};

/* A new token: every sign-in has its own, whatever cookie came with it.  In the
 * request's arena. */
struct session session_new(struct req *r);

/* Gives the browser the cookie, once SQL has opened the session. */
void session_keep(struct req *r, const struct session *s);

/* Takes the cookie from the browser. */
void session_forget(struct req *r);

#endif
