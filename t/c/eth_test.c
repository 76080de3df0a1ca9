/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "common/eth.h"

/* A file of t/data as json-c reads it; released by the caller. */
static struct json_object *
data_read(const char *name)
{
	const char *source = getenv("srcdir");
	char path[4096];
	struct json_object *o;

	snprintf(path, sizeof path, "%s/t/data/%s", source == NULL ? "." : source, name);
	o = json_object_from_file(path);
	assert_non_null(o);
	return o;
}

static const char *
text(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static unsigned
hex(uint8_t *out, const char *digits)
{
	unsigned n = 0, byte;

	for (digits += 2; sscanf(digits, "%2x", &byte) == 1; digits += 2)
		out[n++] = (uint8_t)byte;
	return n;
}

static void
keccak_is_that_of_ethers(void **state)
{
	struct json_object *all = data_read("eth/keccak256-sha256.json");
	static uint8_t input[8192];
	uint8_t hash[KECCAK_SIZE], want[KECCAK_SIZE];

	(void)state;
	assert_true(json_object_array_length(all) > 250);
	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *one = json_object_array_get_idx(all, i);

		assert_true(strlen(text(one, "data")) < 2 * sizeof input);
		keccak256(hash, input, hex(input, text(one, "data")));
		assert_int_equal(hex(want, text(one, "keccak256")), KECCAK_SIZE);
		assert_memory_equal(hash, want, KECCAK_SIZE);
	}
	json_object_put(all);
}

static void
letters_of_an_address_are_its_checksum(void **state)
{
	struct json_object *all = data_read("eth/eip55-checksums.json");
	static const char *const lists[] = { "normal", "all_caps", "all_lower" };
	uint8_t address[ETH_ADDRESS_SIZE];
	char spelt[ETH_ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct json_object *list = json_object_object_get(all, lists[i]);

		for (size_t j = 0; j < json_object_array_length(list); j++) {
			const char *want = json_object_get_string(json_object_array_get_idx(list, j));

			assert_true(eth_address_read(address, want));
			eth_address_write(spelt, address);
			assert_string_equal(spelt, want);
		}
	}
	json_object_put(all);
}

static void
a_misspelt_address_is_none(void **state)
{
	static const char *const good[] = {
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
		"0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
	};
	static const char *const bad[] = {
		"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x", "",
		"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
	};
	uint8_t address[ETH_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(eth_address_read(address, good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(eth_address_read(address, bad[i]));
}

static void
a_text_was_signed_by_whom_ethers_and_viem_say(void **state)
{
	struct json_object *all = data_read("eth/eip191-personal-sign.json");
	struct json_object *list = json_object_object_get(all, "vectors");
	uint8_t hash[KECCAK_SIZE], want[KECCAK_SIZE], signature[ETH_SIGNATURE_SIZE], address[ETH_ADDRESS_SIZE];
	char spelt[ETH_ADDRESS_TEXT];

	(void)state;
	assert_true(json_object_array_length(list) > 5);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		eth_text_hash(hash, text(one, "message"), strlen(text(one, "message")));
		hex(want, text(one, "hash"));
		assert_memory_equal(hash, want, KECCAK_SIZE);
		assert_true(eth_signature_read(signature, text(one, "signature")));
		assert_true(eth_recover(address, hash, signature));
		eth_address_write(spelt, address);
		assert_string_equal(spelt, text(one, "address"));
		signature[64] = (uint8_t)(signature[64] - 27);
		assert_true(eth_recover(address, hash, signature));
		eth_address_write(spelt, address);
		assert_string_equal(spelt, text(one, "address"));
	}
	json_object_put(all);
}

/* The order of the curve, of which s of a signature may be replaced by n - s. */
static const uint8_t order[32] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
	0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
};

static void
s_mirror(uint8_t signature[ETH_SIGNATURE_SIZE])
{
	int borrow = 0;

	for (int i = 31; i >= 0; i--) {
		int d = order[i] - signature[32 + i] - borrow;

		signature[32 + i] = (uint8_t)d;
		borrow = d < 0;
	}
	signature[64] ^= 1;	/* 0 and 1 */
}

static void
there_is_one_signature_of_a_text(void **state)
{
	struct json_object *all = data_read("eth/eip191-personal-sign.json");
	struct json_object *one = json_object_array_get_idx(json_object_object_get(all, "vectors"), 1);
	uint8_t hash[KECCAK_SIZE], good[ETH_SIGNATURE_SIZE], bad[ETH_SIGNATURE_SIZE], address[ETH_ADDRESS_SIZE];

	(void)state;
	eth_text_hash(hash, text(one, "message"), strlen(text(one, "message")));
	eth_signature_read(good, text(one, "signature"));
	good[64] = (uint8_t)(good[64] - 27);
	memcpy(bad, good, sizeof bad);
	s_mirror(bad);
	assert_false(eth_recover(address, hash, bad));
	s_mirror(bad);
	assert_true(eth_recover(address, hash, bad));
	for (int v = 0; v < 256; v++) {
		bad[64] = (uint8_t)v;
		if (v > 1 && v != 27 && v != 28)
			assert_false(eth_recover(address, hash, bad));
	}
	bad[64] = good[64];
	memset(bad, 0, 32);
	assert_false(eth_recover(address, hash, bad));
	memset(bad, 0xff, 64);
	assert_false(eth_recover(address, hash, bad));
	json_object_put(all);
}

static void
a_signature_is_65_bytes_in_hex(void **state)
{
	uint8_t signature[ETH_SIGNATURE_SIZE];
	char digits[2 + 2 * ETH_SIGNATURE_SIZE + 2];

	(void)state;
	memset(digits, 'a', sizeof digits);
	memcpy(digits, "0x", 2);
	digits[2 + 2 * ETH_SIGNATURE_SIZE] = '\0';
	assert_true(eth_signature_read(signature, digits));
	digits[5] = 'g';
	assert_false(eth_signature_read(signature, digits));
	digits[5] = '\0';
	assert_false(eth_signature_read(signature, digits));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keccak_is_that_of_ethers),
		cmocka_unit_test(letters_of_an_address_are_its_checksum),
		cmocka_unit_test(a_misspelt_address_is_none),
		cmocka_unit_test(a_text_was_signed_by_whom_ethers_and_viem_say),
		cmocka_unit_test(there_is_one_signature_of_a_text),
		cmocka_unit_test(a_signature_is_65_bytes_in_hex),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
