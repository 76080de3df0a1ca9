/* SPDX-License-Identifier: MIT */
#include "common/jwks.h"

#include <json-c/json_object.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/json.h"

#define RSA_BITS 2048		/* least size of a key, RFC 7518 section 3.3 */
#define RSA_SIZE_MAX 1024	/* bytes of a modulus looked at */
#define P256_SIZE 32		/* bytes of a coordinate, and of r and s */

const struct json_object *
jwks_find(const struct json_object *set, const char *kid)
{
	struct json_object *keys = json_member(set, "keys");

	if (kid == NULL || !json_object_is_type(keys, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(keys); i++) {
		const struct json_object *key = json_object_array_get_idx(keys, i);
		const char *name = json_text(key, "kid");

		if (name != NULL && strcmp(name, kid) == 0)
			return key;
	}
	return NULL;
}

/* A member in base64url. */
static bool
member_bytes(struct arena *a, const struct json_object *key, const char *name, struct str *out)
{
	const char *text = json_text(key, name);

	return text != NULL && base64url_decode(a, (struct str){ text, strlen(text) }, out) &&
	    out->n > 0 && out->n <= RSA_SIZE_MAX;
}

/* The key that the parameters describe, or NULL; OpenSSL checks that the point of
 * an EC key is on its curve. */
static EVP_PKEY *
key_make(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
rsa_key(struct arena *a, const struct json_object *jwk)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = NULL, *e = NULL;
	struct str modulus, exponent;
	EVP_PKEY *key = NULL;

	if (build != NULL && member_bytes(a, jwk, "n", &modulus) &&
	    member_bytes(a, jwk, "e", &exponent)) {
		n = BN_bin2bn((const unsigned char *)modulus.p, (int)modulus.n, NULL);
		e = BN_bin2bn((const unsigned char *)exponent.p, (int)exponent.n, NULL);
	}
	if (n != NULL && e != NULL && BN_num_bits(n) >= RSA_BITS && BN_is_odd(e) && !BN_is_one(e) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		key = key_make("RSA", build);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
ec_key(struct arena *a, const struct json_object *jwk)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	const char *curve = json_text(jwk, "crv");
	unsigned char point[1 + 2 * P256_SIZE] = { 4 };	/* uncompressed, SEC 1 2.3.3 */
	struct str x, y;
	EVP_PKEY *key = NULL;

	if (build != NULL && curve != NULL && strcmp(curve, "P-256") == 0 &&
	    member_bytes(a, jwk, "x", &x) && member_bytes(a, jwk, "y", &y) &&
	    x.n == P256_SIZE && y.n == P256_SIZE) {
		memcpy(point + 1, x.p, P256_SIZE);
		memcpy(point + 1 + P256_SIZE, y.p, P256_SIZE);
		if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
		    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
			key = key_make("EC", build);
	}
	OSSL_PARAM_BLD_free(build);
	return key;
}

static bool
signature_fits(EVP_PKEY *key, struct str text, const void *signature, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fits = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) > 0 &&
	    EVP_DigestVerify(ctx, signature, n, (const unsigned char *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return fits;
}

/* A JWS has r and s one after the other, OpenSSL wants them in DER. */
static bool
ec_fits(EVP_PKEY *key, struct str text, struct str signature)
{
	const unsigned char *p = (const unsigned char *)signature.p;
	unsigned char *der = NULL;
	ECDSA_SIG *sig;
	BIGNUM *r, *s;
	bool fits = false;
	int n;

	if (signature.n != 2 * P256_SIZE || (sig = ECDSA_SIG_new()) == NULL)
		return false;
	r = BN_bin2bn(p, P256_SIZE, NULL);
	s = BN_bin2bn(p + P256_SIZE, P256_SIZE, NULL);
	if (ECDSA_SIG_set0(sig, r, s) && (n = i2d_ECDSA_SIG(sig, &der)) > 0)
		fits = signature_fits(key, text, der, (size_t)n);
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	return fits;
}

static bool
member_agrees(const struct json_object *key, const char *name, const char *value)
{
	const char *text = json_text(key, name);

	return text == NULL ? json_member(key, name) == NULL : strcmp(text, value) == 0;
}

bool
jwks_verify(const struct json_object *jwk, const char *alg, struct str text, struct str signature)
{
	const char *type = json_text(jwk, "kty");
	bool rsa = type != NULL && strcmp(type, "RSA") == 0, ec = type != NULL && strcmp(type, "EC") == 0;
	struct arena *a;
	EVP_PKEY *key;
	bool fits;

	if ((!rsa && !ec) || strcmp(alg, rsa ? "RS256" : "ES256") != 0 ||
	    !member_agrees(jwk, "alg", alg) || !member_agrees(jwk, "use", "sig"))
		return false;
	a = arena_new();
	key = rsa ? rsa_key(a, jwk) : ec_key(a, jwk);
	fits = key != NULL && (rsa ? signature_fits(key, text, signature.p, signature.n) :
	    ec_fits(key, text, signature));
	EVP_PKEY_free(key);
	arena_free(a);
	return fits;
}
