/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/crypto.h"

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

static struct str
str(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* FIPS 180-4 examples. */
static void
sha256_agrees_with_its_standard(void **state)
{
	assert_string_equal(sha256_hex(*state, "", 0),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(sha256_hex(*state, "abc", 3),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 test cases 2 and 6: a short key and one longer than a block. */
static void
hmac_agrees_with_rfc_4231_for_keys_of_any_length(void **state)
{
	unsigned char mac[SHA256_SIZE], key[131];
	struct str parts[] = { str("Test Using Larger Than Block"), str("-Size Key - Hash Key First") };

	assert_string_equal(hmac_sha256_hex(*state, "Jefe", "what do ya want for nothing?"),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	hmac_sha256(mac, (struct str){ (char *)key, sizeof key }, parts, 2);
	assert_string_equal(hex_encode(*state, mac, sizeof mac),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
secrets_are_equal_only_when_all_of_them_is(void **state)
{
	(void)state;
	assert_true(secret_equal(str("abc"), str("abc")));
	assert_false(secret_equal(str("abc"), str("abd")));
	assert_false(secret_equal(str("abc"), str("ab")));
	assert_true(secret_equal_text("s", "s"));
	assert_false(secret_equal_text("s", "t"));
}

static void
a_secret_that_is_not_set_equals_nothing(void **state)
{
	(void)state;
	assert_false(secret_equal_text("", ""));
	assert_false(secret_equal_text(NULL, NULL));
	assert_false(secret_equal_text("", "x"));
	assert_false(secret_equal_text("x", NULL));
	assert_false(secret_equal_text(NULL, "x"));
}

static void
tokens_are_new_each_time_and_fit_into_urls(void **state)
{
	const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *last = "";

	for (int i = 0; i < 100; i++) {
		const char *token = token_new(*state);

		assert_int_equal(strlen(token), TOKEN_LENGTH);
		assert_int_equal(strspn(token, alphabet), TOKEN_LENGTH);
		assert_string_not_equal(token, last);
		last = token;
	}
}

static void
hex_is_lower_case_and_of_the_exact_length(void **state)
{
	unsigned char out[3] = { 9, 9, 9 };

	assert_string_equal(hex_encode(*state, "\x00\xab\xff", 3), "00abff");
	assert_true(hex_decode(out, 3, str("00abff")));
	assert_memory_equal(out, "\x00\xab\xff", 3);
	assert_false(hex_decode(out, 3, str("00ABFF")));
	assert_false(hex_decode(out, 3, str("00abf")));
	assert_false(hex_decode(out, 3, str("00abff00")));
	assert_false(hex_decode(out, 3, str("00abfg")));
	assert_false(hex_decode(out, 3, str("00 bff")));
	assert_int_equal(hex_digit('F'), 15);
	assert_int_equal(hex_digit('g'), -1);
	assert_int_equal(hex_digit('\0'), -1);
}

/* RFC 4648 section 10, without padding. */
static void
base64url_agrees_with_rfc_4648(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff", "-_8" },
	};
	struct str out;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_string_equal(base64url_encode(*state, pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
		assert_true(base64url_decode(*state, str(pairs[i][1]), &out));
		assert_int_equal(out.n, strlen(pairs[i][0]));
		assert_string_equal(out.p, pairs[i][0]);
	}
}

static void
base64url_has_one_spelling(void **state)
{
	static const char *const bad[] = {
		"Zg==", "Zg=", "Zh", "Zm9", "Z", "Zm9vZ", "+/8", "Zm 9v", "Zm\n9v", "Zm9v=", "é",
	};
	struct str out;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (base64url_decode(*state, str(bad[i]), &out))
			fail_msg("accepted: %s", bad[i]);
}

static void
wiping_leaves_nothing(void **state)
{
	char secret[] = "secret";

	(void)state;
	secret_wipe(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		assert_int_equal(secret[i], 0);
}

static void
random_numbers_stay_below_the_bound(void **state)
{
	bool seen[3] = { false };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		unsigned r = random_below(3);

		assert_in_range(r, 0, 2);
		seen[r] = true;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_agrees_with_its_standard),
		cmocka_unit_test(hmac_agrees_with_rfc_4231_for_keys_of_any_length),
		cmocka_unit_test(secrets_are_equal_only_when_all_of_them_is),
		cmocka_unit_test(a_secret_that_is_not_set_equals_nothing),
		cmocka_unit_test(tokens_are_new_each_time_and_fit_into_urls),
		cmocka_unit_test(hex_is_lower_case_and_of_the_exact_length),
		cmocka_unit_test(base64url_agrees_with_rfc_4648),
		cmocka_unit_test(base64url_has_one_spelling),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(random_numbers_stay_below_the_bound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
