/* SPDX-License-Identifier: MIT */
/* Hashes, secrets and their spellings, all by libsodium. */
#ifndef GATEHOUSE_CRYPTO_H
#define GATEHOUSE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "common/util.h"

struct arena;

#define SHA256_SIZE 32		/* bytes of a SHA-256 hash or HMAC */
#define TOKEN_BYTES 32		/* random bytes in a token */
#define TOKEN_LENGTH 43		/* characters of a token */

/* Prepares libsodium; call once before threads start.  Aborts when the system
 * has no source of randomness. */
void crypto_init(void);

/* SHA-256 of n bytes at p as 64 lower-case hex digits.  Owned by the arena. */
const char *sha256_hex(struct arena *a, const void *p, size_t n);

/* HMAC-SHA256 (RFC 2104) over the parts one after another, key of any length. */
void hmac_sha256(unsigned char mac[SHA256_SIZE], struct str key,
    const struct str *parts, size_t count);

/* HMAC-SHA256 of the string text under the string key as 64 lower-case hex
 * digits.  Owned by the arena. */
const char *hmac_sha256_hex(struct arena *a, const char *key, const char *text);

/* Whether two secrets are equal; takes the same time wherever they differ.
 * Their lengths are not hidden. */
bool secret_equal(struct str a, struct str b);

/* The same for strings; false when either is NULL or empty: a secret that is
 * not set is never equal to anything. */
bool secret_equal_text(const char *a, const char *b);

/* A random number from 0 to n - 1, every one as likely. */
unsigned random_below(unsigned n);

/* Overwrites n bytes so that the compiler cannot leave it out. */
void secret_wipe(void *p, size_t n);

/* A new unguessable token: TOKEN_BYTES from the system's generator, spelled in
 * base64url.  Owned by the arena. */
const char *token_new(struct arena *a);

/* The value of a hex digit of either case, or -1. */
int hex_digit(char c);

/* n bytes as lower-case hex digits.  Owned by the arena. */
const char *hex_encode(struct arena *a, const void *p, size_t n);

/* Decodes exactly 2*n hex digits, lower case only, into n bytes at out. */
bool hex_decode(void *out, size_t n, struct str text);

/* n bytes as base64 with padding (RFC 4648 section 4).  Owned by the arena. */
const char *base64_encode(struct arena *a, const void *p, size_t n);

/* n bytes as base64url without padding (RFC 4648 section 5).  Owned by the arena. */
const char *base64url_encode(struct arena *a, const void *p, size_t n);

/* Decodes base64url without padding; refuses other characters, padding and
 * spellings that encoding would not give back.  *out is NUL-terminated and
 * owned by the arena. */
bool base64url_decode(struct arena *a, struct str text, struct str *out);

#endif
