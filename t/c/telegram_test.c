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
#include "common/jwks.h"
#include "common/telegram.h"

/* Published: the README of LipsarHQ/go-telegram-login-widget. */
#define TOKEN "XXXXXXXX:XXXXXXXXXXXXXXXXXXXXXXXX"
#define HASH "b7a7fc776729077786e4190aec2c5dcecd2ec66ae0faf1b44316d541b955da95"
#define FIELDS "\"first_name\":\"Klim\",\"last_name\":\"Sidorov\"," \
	"\"photo_url\":\"https://t.me/klimsidorov\",\"username\":\"klimsidorov\",\"hash\":\"" HASH "\""

/* RFC 7515 appendix A.3. */
#define KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define SIGNED "eyJhbGciOiJFUzI1NiJ9." \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define SIGNATURE "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

static int
setup(void **state)
{
	crypto_init();
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct json_object *
parsed(struct arena *a, const char *text)
{
	struct json_object *o = NULL;
	struct err e = { 0 };

	assert_int_equal(json_parse(a, text, strlen(text), JSON_DEPTH, &o, &e), 0);
	return o;
}

static int
widget(struct arena *a, const char *token, const char *text, struct json_object **fields)
{
	const char *hash = NULL;
	struct err e = { 0 };
	int rc;

	*fields = parsed(a, text);
	rc = telegram_widget_check(a, token, *fields, &hash, &e);
	if (rc == 0)
		assert_string_equal(hash, HASH);
	return rc;
}

static void
the_published_widget_is_good(void **state)
{
	struct json_object *fields;

	assert_int_equal(widget(*state, TOKEN, "{\"auth_date\":\"976255200\",\"id\":\"1\"," FIELDS "}", &fields), 0);
	assert_int_equal(widget(*state, TOKEN, "{\"auth_date\":976255200,\"id\":1," FIELDS "}", &fields), 0);
	assert_string_equal(json_text(fields, "id"), "1");
	assert_null(json_member(fields, "hash"));
}

static void
another_widget_is_not(void **state)
{
	struct json_object *f;

	assert_int_equal(widget(*state, TOKEN, "{\"auth_date\":1,\"id\":1," FIELDS "}", &f), E_SIGN_IN_FAILED);
	assert_int_equal(widget(*state, "1:x", "{\"auth_date\":976255200,\"id\":1," FIELDS "}", &f), E_SIGN_IN_FAILED);
	assert_int_equal(widget(*state, NULL, "{\"auth_date\":976255200,\"id\":1," FIELDS "}", &f), E_NOT_CONFIGURED);
	assert_int_equal(widget(*state, TOKEN, "{\"hash\":\"" HASH "\"}", &f), E_SIGN_IN_FAILED);
}

static void
a_bot_has_an_id(void **state)
{
	assert_string_equal(telegram_bot_id(*state, "110201543:AAF"), "110201543");
	assert_null(telegram_bot_id(*state, ":AAF"));
	assert_null(telegram_bot_id(*state, "110201543"));
	assert_null(telegram_bot_id(*state, "11x:AAF"));
}

static bool
verified(struct arena *a, const char *key, const char *alg, const char *text, size_t cut)
{
	struct str signature;

	assert_true(base64url_decode(a, (struct str){ SIGNATURE, strlen(SIGNATURE) }, &signature));
	signature.n -= cut;
	return jwks_verify(parsed(a, key), alg, (struct str){ text, strlen(text) }, signature);
}

static void
the_signature_of_rfc_7515_is_good(void **state)
{
	assert_true(verified(*state, KEY, "ES256", SIGNED, 0));
	assert_false(verified(*state, KEY, "ES256", SIGNED "x", 0));
	assert_false(verified(*state, KEY, "ES256", SIGNED, 1));
	assert_false(verified(*state, KEY, "RS256", SIGNED, 0));
	assert_false(verified(*state, "{\"kty\":\"EC\"}", "ES256", SIGNED, 0));
	assert_false(verified(*state, "{}", "ES256", SIGNED, 0));
}

static void
keys_are_found_by_name(void **state)
{
	struct json_object *set = parsed(*state, "{\"keys\":[null,7,{\"kid\":5},{\"kid\":\"a\"},{\"kid\":\"b\",\"kty\":\"x\"}]}");

	assert_string_equal(json_text(jwks_find(set, "b"), "kty"), "x");
	assert_null(jwks_find(set, "c"));
	assert_null(jwks_find(set, NULL));
	assert_null(jwks_find(parsed(*state, "{\"keys\":{}}"), "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_published_widget_is_good, setup, teardown),
		cmocka_unit_test_setup_teardown(another_widget_is_not, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bot_has_an_id, setup, teardown),
		cmocka_unit_test_setup_teardown(the_signature_of_rfc_7515_is_good, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_are_found_by_name, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
