/* SPDX-License-Identifier: MIT */
/* JSON Web Tokens (RFC 7515, 7519), compact; those with HS256 are verified here,
 * id tokens of others by oidc.c. */
#ifndef GATEHOUSE_JWT_H
#define GATEHOUSE_JWT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/util.h"

struct arena;
struct err;
struct json_object;

#define JWT_SIZE 4096		/* longest token looked at, bytes */
#define JWT_SUBJECT_SIZE 255	/* longest sub, bytes */

/* The three segments of a token as they stand, base64url. */
struct jwt {
	struct str header, claims, mac;
	struct str signed_part;		/* header.claims */
};

/* Finds the segments of the n bytes at p; false when there are not three. */
bool jwt_split(struct jwt *t, const char *p, size_t n);

/* Decodes a segment that is a JSON object; it belongs to the arena.  False when
 * it is anything else. */
bool jwt_segment(struct arena *a, struct str segment, struct json_object **out);

/* Whether a value is a NumericDate: it may have a fraction (RFC 7519 section 2). */
bool jwt_is_date(const struct json_object *o);

/* Checks form, header (alg exactly HS256, typ JWT or absent, no crit) and
 * signature of the n bytes at token, then the claims: sub a string of 1 to
 * JWT_SUBJECT_SIZE bytes, exp a number, nbf and iat numbers when present.  exp
 * is only required here, never compared: the clock is the database's.
 * *claims belongs to the arena.  Returns 0, or E_UNAUTHORIZED (also when secret
 * is NULL or empty) with the reason for the log. */
int jwt_verify(struct arena *a, const char *token, size_t n, const char *secret,
    struct json_object **claims, struct err *e);

#endif
