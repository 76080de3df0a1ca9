/* SPDX-License-Identifier: MIT */
/* Public keys as JSON Web Keys (RFC 7517, 7518) and what they have signed.  The
 * only file that knows OpenSSL's libcrypto is jwks.c. */
#ifndef GATEHOUSE_JWKS_H
#define GATEHOUSE_JWKS_H

#include <stdbool.h>

#include "common/util.h"

struct json_object;

/* The member of {"keys":[…]} with that kid, or NULL.  Borrowed from set. */
const struct json_object *jwks_find(const struct json_object *set, const char *kid);

/* Whether signature is the key's over text under alg, as a JWS has it (RFC 7518
 * section 3).  alg is "RS256" with an RSA key of at least 2048 bits or "ES256" with
 * a P-256 key, and nothing else: the key's own type decides, and its "alg" and
 * "use", where it has them, must agree. */
bool jwks_verify(const struct json_object *key, const char *alg, struct str text,
    struct str signature);

#endif
