/* SPDX-License-Identifier: MIT */
#include "common/jwt.h"

#include <json-c/json_object.h>
#include <string.h>

#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/util.h"

#define JWT_DEPTH 8	/* levels of JSON in header and claims */

bool
jwt_split(struct jwt *t, const char *p, size_t n)
{
	const char *end = p + n;
	const char *dot = memchr(p, '.', n);
	const char *last = dot == NULL ? NULL : memchr(dot + 1, '.', (size_t)(end - dot - 1));

	if (last == NULL || memchr(last + 1, '.', (size_t)(end - last - 1)) != NULL)
		return false;
	t->header = (struct str){ p, (size_t)(dot - p) };
	t->claims = (struct str){ dot + 1, (size_t)(last - dot - 1) };
	t->mac = (struct str){ last + 1, (size_t)(end - last - 1) };
	t->signed_part = (struct str){ p, (size_t)(last - p) };
	return true;
}

bool
jwt_segment(struct arena *a, struct str segment, struct json_object **out)
{
	struct err ignored = { 0 };
	struct str text;

	return base64url_decode(a, segment, &text) &&
	    json_parse(a, text.p, text.n, JWT_DEPTH, out, &ignored) == 0;
}

/* RFC 7515 4.1.11: whoever does not know what crit names must refuse. */
static bool
header_fits(const struct json_object *h)
{
	const char *alg = json_text(h, "alg"), *typ = json_text(h, "typ");
	struct json_object *crit;

	return alg != NULL && strcmp(alg, "HS256") == 0 &&
	    (typ == NULL ? json_member(h, "typ") == NULL : strcmp(typ, "JWT") == 0) &&
	    !json_object_object_get_ex(h, "crit", &crit);
}

static bool
mac_fits(struct arena *a, const struct jwt *t, const char *secret)
{
	unsigned char want[SHA256_SIZE];
	struct str got;

	hmac_sha256(want, (struct str){ secret, strlen(secret) }, &t->signed_part, 1);
	return base64url_decode(a, t->mac, &got) &&
	    secret_equal(got, (struct str){ (char *)want, sizeof want });
}

bool
jwt_is_date(const struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}

static bool
claims_fit(const struct json_object *c)
{
	const char *sub = json_text(c, "sub");
	const struct json_object *nbf = json_member(c, "nbf"), *iat = json_member(c, "iat");

	return sub != NULL && *sub != '\0' && strlen(sub) <= JWT_SUBJECT_SIZE &&
	    jwt_is_date(json_member(c, "exp")) &&
	    (nbf == NULL || jwt_is_date(nbf)) && (iat == NULL || jwt_is_date(iat));
}

int
jwt_verify(struct arena *a, const char *token, size_t n, const char *secret,
    struct json_object **claims, struct err *e)
{
	struct json_object *header;
	struct jwt t;

	if (secret == NULL || *secret == '\0')
		return err_set(e, E_UNAUTHORIZED, "a JWT came, but JWT_SECRET is not set");
	if (n > JWT_SIZE || !jwt_split(&t, token, n))
		return err_set(e, E_UNAUTHORIZED, "JWT: %zu bytes that are no token", n);
	if (!jwt_segment(a, t.header, &header) || !header_fits(header))
		return err_set(e, E_UNAUTHORIZED, "JWT: header not acceptable");
	if (!mac_fits(a, &t, secret))
		return err_set(e, E_UNAUTHORIZED, "JWT: wrong signature");
	if (!jwt_segment(a, t.claims, claims) || !claims_fit(*claims))
		return err_set(e, E_UNAUTHORIZED, "JWT: claims not acceptable");
	return 0;
}
