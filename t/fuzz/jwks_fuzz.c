/* SPDX-License-Identifier: MIT */
/* An id token and the keys it is looked at with, one per line of the input: whatever
 * becomes of either, the only thing that is ever taken for signed is what was. */
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/jwks.h"
#include "common/jwt.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "jwks";

/* {"iss":"x","sub":"7","exp":1}, under RS256 by key a and ES256 by key b; the private
 * keys are gone. */
static const char *const signed_texts[] = {
	"eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJ4Iiwic3ViIjoiNyIsImV4cCI6MX0",
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImIifQ.eyJpc3MiOiJ4Iiwic3ViIjoiNyIsImV4cCI6MX0",
};

static bool
was_signed(struct str text)
{
	for (size_t i = 0; i < COUNT(signed_texts); i++)
		if (text.n == strlen(signed_texts[i]) && memcmp(text.p, signed_texts[i], text.n) == 0)
			return true;
	return false;
}

/* As common/oidc.c looks at a token, and under the algorithm it does not name, too. */
static void
token_check(struct arena *a, const struct json_object *set, const char *token, size_t n)
{
	static const char *const algs[] = { "RS256", "ES256" };
	const struct json_object *key;
	struct json_object *header;
	struct str signature;
	struct jwt t;

	if (!jwt_split(&t, token, n) || !jwt_segment(a, t.header, &header) ||
	    !base64url_decode(a, t.mac, &signature))
		return;
	key = jwks_find(set, json_text(header, "kid"));
	for (size_t i = 0; key != NULL && i < COUNT(algs); i++)
		if (jwks_verify(key, algs[i], t.signed_part, signature)) {
			PROMISE(was_signed(t.signed_part));
			PROMISE((json_text(key, "kty")[0] == 'R') == (algs[i][0] == 'R'));
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *end = memchr(p, '\n', n);
	size_t keys = end == NULL ? n : (size_t)(end - (const char *)p);
	struct arena *a = arena_new();
	struct err e = { 0 };
	struct json_object *set;

	if (json_parse(a, (const char *)p, keys, JSON_DEPTH, &set, &e) == 0 && end != NULL)
		token_check(a, set, end + 1, n - keys - 1);
	arena_free(a);
	return 0;
}
