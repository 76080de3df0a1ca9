/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/jwt.h"

#define SECRET "a secret of at least thirty-two bytes"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS "{\"sub\":\"u1\",\"exp\":4102444800}"

static int
arena_setup(void **state)
{
	crypto_init();
	*state = arena_new();
	return 0;
}

static int
arena_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* A token of that header and claims (texts), signed with the secret. */
static const char *
token(struct arena *a, const char *header, const char *claims, const char *secret)
{
	const char *text = arena_printf(a, "%s.%s", base64url_encode(a, header, strlen(header)),
	    base64url_encode(a, claims, strlen(claims)));
	struct str part = { text, strlen(text) };
	unsigned char mac[SHA256_SIZE];

	hmac_sha256(mac, (struct str){ secret, strlen(secret) }, &part, 1);
	return arena_printf(a, "%s.%s", text, base64url_encode(a, mac, sizeof mac));
}

static int
verify(struct arena *a, const char *text, struct json_object **claims)
{
	struct err e = { 0 };

	return jwt_verify(a, text, strlen(text), SECRET, claims, &e);
}

static void
a_good_token_gives_its_claims(void **state)
{
	struct json_object *claims;
	int64_t exp = 0;

	assert_int_equal(verify(*state, token(*state, HEADER,
	    "{\"sub\":\"u1\",\"role\":\"authenticated\",\"exp\":4102444800,\"iat\":1,\"nbf\":1.5,"
	    "\"aud\":\"authenticated\",\"app_metadata\":{\"x\":[1]}}", SECRET), &claims), 0);
	assert_string_equal(json_text(claims, "sub"), "u1");
	assert_int_equal(json_int64(claims, "exp", &exp), 1);
	assert_int_equal(exp, 4102444800);
	assert_int_equal(verify(*state, token(*state, "{\"alg\":\"HS256\"}", CLAIMS, SECRET), &claims), 0);
}

/* Times are the database's business: its clock can be moved. */
static void
an_expired_token_is_not_judged_here(void **state)
{
	struct json_object *claims;

	assert_int_equal(verify(*state, token(*state, HEADER, "{\"sub\":\"u\",\"exp\":1}", SECRET), &claims), 0);
	assert_int_equal(verify(*state, token(*state, HEADER, "{\"sub\":\"u\",\"exp\":1.5e9}", SECRET), &claims), 0);
}

/* RFC 7515 A.1: key and token as printed there. */
static void
the_signature_agrees_with_rfc_7515(void **state)
{
	static const char text[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
	    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	static const char key64[] =
	    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
	struct str part = { text, sizeof text - 1 }, key;
	unsigned char mac[SHA256_SIZE];

	assert_true(base64url_decode(*state, (struct str){ key64, sizeof key64 - 1 }, &key));
	hmac_sha256(mac, key, &part, 1);
	assert_string_equal(base64url_encode(*state, mac, sizeof mac),
	    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

/* A token made elsewhere, which everybody knows; its signature is right and it
 * has no exp. */
static void
a_token_without_exp_is_refused_for_just_that(void **state)
{
	static const char text[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
	    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
	    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
	struct json_object *claims;
	struct err e = { 0 };

	assert_int_equal(jwt_verify(*state, text, strlen(text), "your-256-bit-secret", &claims, &e),
	    E_UNAUTHORIZED);
	assert_non_null(strstr(e.log, "claims"));
	e = (struct err){ 0 };
	assert_int_equal(jwt_verify(*state, text, strlen(text), "another secret", &claims, &e),
	    E_UNAUTHORIZED);
	assert_non_null(strstr(e.log, "signature"));
}

static void
only_hs256_is_an_algorithm(void **state)
{
	static const char *const bad[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"\"}", "{}", "{\"alg\":null}",
		"{\"alg\":\"HS512\"}", "{\"alg\":\"HS384\"}", "{\"alg\":\"RS256\"}", "{\"alg\":\"hs256\"}",
		"{\"alg\":\"HS256 \"}", "{\"alg\":[\"HS256\"]}", "{\"alg\":256}", "{\"Alg\":\"HS256\"}",
		"{\"alg\":\"none\",\"alg\":\"HS256\"}", "{\"alg\":\"HS256\",\"alg\":\"none\"}",
		"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "{\"alg\":\"HS256\",\"crit\":[]}",
		"{\"alg\":\"HS256\",\"crit\":null}", "{\"alg\":\"HS256\",\"typ\":\"JWE\"}",
		"{\"alg\":\"HS256\",\"typ\":7}", "[\"HS256\"]", "HS256", "",
	};
	struct json_object *claims;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (verify(*state, token(*state, bad[i], CLAIMS, SECRET), &claims) != E_UNAUTHORIZED)
			fail_msg("accepted: %s", bad[i]);
}

static void
claims_must_name_a_person_and_an_end(void **state)
{
	static const char *const bad[] = {
		"{}", "{\"exp\":4102444800}", "{\"sub\":\"u\"}", "{\"sub\":\"\",\"exp\":1}",
		"{\"sub\":1,\"exp\":1}", "{\"sub\":null,\"exp\":1}", "{\"sub\":[\"u\"],\"exp\":1}",
		"{\"sub\":\"u\",\"exp\":\"4102444800\"}", "{\"sub\":\"u\",\"exp\":null}",
		"{\"sub\":\"u\",\"exp\":true}", "{\"sub\":\"u\",\"exp\":99999999999999999999}",
		"{\"sub\":\"u\",\"exp\":1,\"nbf\":\"1\"}", "{\"sub\":\"u\",\"exp\":1,\"iat\":[]}",
		"{\"sub\":\"u\",\"sub\":\"v\",\"exp\":1}", "[]", "null", "", "{\"sub\":\"u\",\"exp\":1}x",
		"{\"sub\":\"u\\u0000\",\"exp\":1}", "{\"sub\":\"\xff\",\"exp\":1}",
	};
	struct json_object *claims;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (verify(*state, token(*state, HEADER, bad[i], SECRET), &claims) != E_UNAUTHORIZED)
			fail_msg("accepted: %s", bad[i]);
}

static void
a_subject_has_255_bytes_at_most(void **state)
{
	struct json_object *claims;
	char sub[JWT_SUBJECT_SIZE + 2] = "";

	memset(sub, 's', JWT_SUBJECT_SIZE);
	assert_int_equal(verify(*state, token(*state, HEADER,
	    arena_printf(*state, "{\"sub\":\"%s\",\"exp\":1}", sub), SECRET), &claims), 0);
	sub[JWT_SUBJECT_SIZE] = 's';
	assert_int_equal(verify(*state, token(*state, HEADER,
	    arena_printf(*state, "{\"sub\":\"%s\",\"exp\":1}", sub), SECRET), &claims), E_UNAUTHORIZED);
}

static void
every_changed_byte_breaks_a_token(void **state)
{
	const char *good = token(*state, HEADER, CLAIMS, SECRET);
	struct json_object *claims;

	for (size_t i = 0; i < strlen(good); i++) {
		char *changed = arena_strdup(*state, good);

		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		if (verify(*state, changed, &claims) != E_UNAUTHORIZED)
			fail_msg("accepted with byte %zu changed", i);
	}
}

static void
other_forms_of_the_same_token_are_refused(void **state)
{
	const char *good = token(*state, HEADER, CLAIMS, SECRET);
	size_t n = strlen(good), dot = n - 44;	/* the signature has 43 characters */
	const char *const bad[] = {
		"", ".", "..", "...", "a.b.c", arena_printf(*state, "%s.", good),
		arena_printf(*state, ".%s", good), arena_printf(*state, "%s=", good),
		arena_printf(*state, " %s", good), arena_printf(*state, "%s\n", good),
		arena_strndup(*state, good, dot), arena_strndup(*state, good, dot + 1),
		arena_strndup(*state, good, n - 1), arena_strndup(*state, good + 1, n - 1),
		arena_printf(*state, "%s.e30.e30", good),
	};
	struct json_object *claims;

	assert_int_equal(verify(*state, good, &claims), 0);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (verify(*state, bad[i], &claims) != E_UNAUTHORIZED)
			fail_msg("accepted: %s", bad[i]);
}

/* 32 bytes in 43 digits leave two bits over: they must be zero. */
static void
the_signature_has_one_spelling(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *text = arena_strdup(*state, token(*state, HEADER, CLAIMS, SECRET));
	char *last = text + strlen(text) - 1;
	struct json_object *claims;

	*last = digits[(strchr(digits, *last) - digits) | 1];
	assert_int_equal(verify(*state, text, &claims), E_UNAUTHORIZED);
}

static void
a_long_token_is_not_looked_at(void **state)
{
	char *fill = arena_alloc(*state, JWT_SIZE + 1);
	struct json_object *claims;

	memset(fill, 'x', JWT_SIZE);
	assert_int_equal(verify(*state, token(*state, HEADER,
	    arena_printf(*state, "{\"sub\":\"u\",\"exp\":1,\"x\":\"%s\"}", fill), SECRET), &claims),
	    E_UNAUTHORIZED);
}

static void
without_a_secret_the_door_is_shut(void **state)
{
	const char *text = token(*state, HEADER, CLAIMS, "");
	struct json_object *claims;
	struct err e = { 0 };

	assert_int_equal(jwt_verify(*state, text, strlen(text), "", &claims, &e), E_UNAUTHORIZED);
	e = (struct err){ 0 };
	assert_int_equal(jwt_verify(*state, text, strlen(text), NULL, &claims, &e), E_UNAUTHORIZED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_token_gives_its_claims),
		cmocka_unit_test(an_expired_token_is_not_judged_here),
		cmocka_unit_test(the_signature_agrees_with_rfc_7515),
		cmocka_unit_test(a_token_without_exp_is_refused_for_just_that),
		cmocka_unit_test(only_hs256_is_an_algorithm),
		cmocka_unit_test(claims_must_name_a_person_and_an_end),
		cmocka_unit_test(a_subject_has_255_bytes_at_most),
		cmocka_unit_test(every_changed_byte_breaks_a_token),
		cmocka_unit_test(other_forms_of_the_same_token_are_refused),
		cmocka_unit_test(the_signature_has_one_spelling),
		cmocka_unit_test(a_long_token_is_not_looked_at),
		cmocka_unit_test(without_a_secret_the_door_is_shut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
