/* SPDX-License-Identifier: MIT */
/* A Stripe-Signature header: nobody without the secret gets past it, and the
 * right signature gets past whatever stands before it. */
#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/stripe.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "stripe";

#define BODY "{\"id\":\"evt_1\"}"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	const char *header = arena_strndup(a, (const char *)p, n), *secret = token_new(a);
	struct err e = { 0 };
	int64_t at = 0;
	int rc = stripe_signature_check(header, secret, BODY, strlen(BODY), &at, &e);

	PROMISE(rc == E_BAD_SIGNATURE && at == 0);
	header = arena_printf(a, "t=7,v1=%s,%s",
	    hmac_sha256_hex(a, secret, "7." BODY), strstr(header, "t=") == NULL ? header : "");
	e = (struct err){ 0 };
	rc = stripe_signature_check(header, secret, BODY, strlen(BODY), &at, &e);
	PROMISE(rc == 0 && at == 7);
	arena_free(a);
	return 0;
}
