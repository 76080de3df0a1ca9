/* SPDX-License-Identifier: MIT */
/* JSON Web Tokens (RFC 7515, 7519) of one kind: compact, HS256. */
#ifndef GATEHOUSE_JWT_H
#define GATEHOUSE_JWT_H

#include <stddef.h>

struct arena;
struct err;
struct json_object;

#define JWT_SIZE 4096		/* longest token looked at, bytes */
#define JWT_SUBJECT_SIZE 255	/* longest sub, bytes */

/* Checks form, header (alg exactly HS256, typ JWT or absent, no crit) and
 * signature of the n bytes at token, then the claims: sub a string of 1 to
 * JWT_SUBJECT_SIZE bytes, exp a number, nbf and iat numbers when present.  exp
 * is only required here, never compared: the clock is the database's.
 * *claims belongs to the arena.  Returns 0, or E_UNAUTHORIZED (also when secret
 * is NULL or empty) with the reason for the log. */
int jwt_verify(struct arena *a, const char *token, size_t n, const char *secret,
    struct json_object **claims, struct err *e);

#endif
