/* SPDX-License-Identifier: MIT */
/* A token: nobody without the secret gets past jwt_verify(); header and claims
 * taken from the input and signed properly are read without fault. */
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/jwt.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "jwt";

/* The input up to its first line end as claims, the rest as header. */
static const char *
token_sign(struct arena *a, const char *p, size_t n, const char *secret)
{
	const char *header = "{\"alg\":\"HS256\"}", *text;
	const char *end = memchr(p, '\n', n);
	size_t claims = end == NULL ? n : (size_t)(end - p);
	struct str part;
	unsigned char mac[SHA256_SIZE];

	text = arena_printf(a, "%s.%s", end == NULL ?
	    base64url_encode(a, header, strlen(header)) : base64url_encode(a, end + 1, n - claims - 1),
	    base64url_encode(a, p, claims));
	part = (struct str){ text, strlen(text) };
	hmac_sha256(mac, (struct str){ secret, strlen(secret) }, &part, 1);
	return arena_printf(a, "%s.%s", text, base64url_encode(a, mac, sizeof mac));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	const char *secret = token_new(a), *text;
	struct json_object *claims;
	struct err e = { 0 };

	PROMISE(jwt_verify(a, (const char *)p, n, secret, &claims, &e) == E_UNAUTHORIZED);
	text = token_sign(a, (const char *)p, n, secret);
	e = (struct err){ 0 };
	if (jwt_verify(a, text, strlen(text), secret, &claims, &e) == 0)
		PROMISE(json_text(claims, "sub") != NULL && json_member(claims, "exp") != NULL);
	arena_free(a);
	return 0;
}
