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

#include "common/arena.h"
#include "common/buf.h"
#include "common/siwe.h"

static int
arena_setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
arena_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct json_object *
data_read(const char *name)
{
	const char *source = getenv("srcdir");
	char path[4096];
	struct json_object *o;

	snprintf(path, sizeof path, "%s/t/data/siwe/%s", source == NULL ? "." : source, name);
	o = json_object_from_file(path);
	assert_non_null(o);
	return o;
}

static const char *
member(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static void
same(const char *got, struct json_object *fields, const char *name)
{
	const char *want = member(fields, name);

	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
messages_of_siwe_are_read_as_siwe_reads_them(void **state)
{
	struct json_object *all = data_read("parsing_positive.json");
	unsigned count = 0;

	json_object_object_foreach(all, name, one) {
		const char *text = member(one, "message");
		struct json_object *fields = json_object_object_get(one, "fields");
		struct json_object *resources = json_object_object_get(fields, "resources");
		struct siwe m;

		print_message("# %s\n", name);
		assert_null(siwe_parse(*state, text, strlen(text), &m));
		same(m.scheme, fields, "scheme");
		same(m.domain, fields, "domain");
		same(m.address, fields, "address");
		same(m.statement, fields, "statement");
		same(m.uri, fields, "uri");
		same(m.chain_id, fields, "chainId");
		same(m.nonce, fields, "nonce");
		same(m.issued_at, fields, "issuedAt");
		same(m.expiration_time, fields, "expirationTime");
		same(m.not_before, fields, "notBefore");
		same(m.request_id, fields, "requestId");
		assert_int_equal(m.resources, resources == NULL ? 0 : json_object_array_length(resources));
		count++;
	}
	assert_int_equal(count, 19);
	json_object_put(all);
}

static void
line_add(struct buf *b, struct json_object *o, const char *label, const char *name)
{
	if (member(o, name) != NULL)
		buf_printf(b, "\n%s: %s", label, member(o, name));
}

/* The message that the object describes, without what it lacks. */
static const char *
message_make(struct arena *a, struct json_object *o)
{
	struct json_object *resources = json_object_object_get(o, "resources");
	struct buf b;

	buf_init(&b, a);
	buf_printf(&b, "%s wants you to sign in with your Ethereum account:\n%s\n\n%s%s",
	    member(o, "domain") == NULL ? "" : member(o, "domain"),
	    member(o, "address") == NULL ? "" : member(o, "address"),
	    member(o, "statement") == NULL ? "" : member(o, "statement"),
	    member(o, "statement") == NULL ? "" : "\n");
	line_add(&b, o, "URI", "uri");
	line_add(&b, o, "Version", "version");
	line_add(&b, o, "Chain ID", "chainId");
	line_add(&b, o, "Nonce", "nonce");
	line_add(&b, o, "Issued At", "issuedAt");
	line_add(&b, o, "Expiration Time", "expirationTime");
	line_add(&b, o, "Not Before", "notBefore");
	line_add(&b, o, "Request ID", "requestId");
	if (resources != NULL)
		buf_str(&b, "\nResources:");
	for (size_t i = 0; resources != NULL && i < json_object_array_length(resources); i++)
		buf_printf(&b, "\n- %s", json_object_get_string(json_object_array_get_idx(resources, i)));
	return buf_text(&b);
}

static void
what_siwe_refuses_to_read_we_refuse(void **state)
{
	struct json_object *all = data_read("parsing_negative_objects.json");
	unsigned count = 0;

	json_object_object_foreach(all, name, one) {
		const char *text = message_make(*state, one);
		struct siwe m;

		print_message("# %s\n", name);
		assert_non_null(siwe_parse(*state, text, strlen(text), &m));
		count++;
	}
	assert_true(count >= 17);
	json_object_put(all);
}

static void
messages_of_siwe_were_signed_by_whom_they_say(void **state)
{
	struct json_object *all = data_read("verification_positive.json");
	unsigned count = 0;

	json_object_object_foreach(all, name, one) {
		const char *text = message_make(*state, one);
		struct siwe m;

		print_message("# %s\n", name);
		assert_null(siwe_parse(*state, text, strlen(text), &m));
		assert_true(siwe_signed(&m, text, strlen(text), member(one, "signature")));
		assert_false(siwe_signed(&m, text, strlen(text) - 1, member(one, "signature")));
		count++;
	}
	assert_int_equal(count, 4);
	json_object_put(all);
}

#define HEAD "gate.example wants you to sign in with your Ethereum account:\n" \
	"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n"
#define FIELDS "URI: https://gate.example/login\nVersion: 1\nChain ID: 1\nNonce: abcdef12\n"
#define TIME "Issued At: 2026-11-21T12:00:00Z"

static const char *
fault(struct arena *a, const char *text)
{
	struct siwe m;

	return siwe_parse(a, text, strlen(text), &m);
}

static void
the_grammar_is_kept_to_the_letter(void **state)
{
	static const char *const good[] = {
		HEAD "\n" FIELDS TIME,
		HEAD "Hello: world [1] (2)!\n\n" FIELDS TIME,
		HEAD "\n" FIELDS TIME "\nRequest ID: ",
		HEAD "\n" FIELDS TIME "\nResources:",
		HEAD "\n" FIELDS TIME "\nExpiration Time: 2026-11-21T12:00:00.123+23:59\nNot Before: 2024-02-29t00:00:60z",
		HEAD "\n" FIELDS TIME "\nResources:\n- urn:a:b%20c\n- ipfs://x\n- file:///a?b#c",
	};
	static const struct {
		const char *text, *wrong;
	} bad[] = {
		{ "", "domain" }, { "\n", "domain" }, { HEAD, "uri" },
		{ HEAD "\n" FIELDS, "issued_at" },
		{ HEAD "\n" FIELDS TIME "\n", "message" }, { HEAD "\n" FIELDS TIME " ", "issued_at" },
		{ HEAD "\n" FIELDS TIME "\r\n", "issued_at" },
		{ HEAD "\n" FIELDS TIME "\nX: y", "message" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n", "resources" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n-https://a", "resources" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n- a b:c", "resources" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n- http://a/%2", "resources" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n- http://[::g]/", "resources" },
		{ HEAD "\n" FIELDS TIME "\nResources:\n- http://a:b/", "resources" },
		{ HEAD "\n" FIELDS TIME "\nNot Before: 2026-01-01T00:00:00Z\nExpiration Time: 2026-01-01T00:00:00Z", "message" },
		{ HEAD "\n" FIELDS TIME "\n" TIME, "message" },
		{ HEAD "a\nb\n\n" FIELDS TIME, "statement" }, { HEAD "\xc3\xa9\n\n" FIELDS TIME, "statement" },
		{ HEAD "\"\n\n" FIELDS TIME, "statement" }, { HEAD FIELDS TIME, "statement" },
		{ HEAD "\n\n" FIELDS TIME, "uri" }, { HEAD "\n" FIELDS "Issued At: 2025-02-29T00:00:00Z", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-11-21 12:00:00Z", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-11-21T12:00:00", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-11-21T24:00:00Z", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-11-21T12:00:00.Z", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-11-21T12:00:00+0200", "issued_at" },
		{ HEAD "\n" FIELDS "Issued At: 2026-13-01T12:00:00Z", "issued_at" },
		{ HEAD "\nURI: https://gate.example/login\nVersion: 1\nChain ID: -1\nNonce: abcdef12\n" TIME, "chain_id" },
		{ HEAD "\nURI: https://gate.example/login\nVersion: 1\nChain ID: 1\nNonce: abcdef1_\n" TIME, "nonce" },
		{ HEAD "\nURI: /login\nVersion: 1\nChain ID: 1\nNonce: abcdef12\n" TIME, "uri" },
		{ "1s://" HEAD "\n" FIELDS TIME, "scheme" }, { "https://" "a b" HEAD "\n" FIELDS TIME, "domain" },
		{ "a/b" HEAD "\n" FIELDS TIME, "domain" },
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_null(fault(*state, good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		print_message("# %zu\n", i);
		assert_non_null(fault(*state, bad[i].text));
		assert_string_equal(fault(*state, bad[i].text), bad[i].wrong);
	}
	assert_string_equal(siwe_parse(*state, HEAD "\0\n" FIELDS TIME, sizeof HEAD, &(struct siwe){ 0 }), "message");
}

static void
an_address_without_checksum_is_refused(void **state)
{
	assert_string_equal(fault(*state, "gate.example wants you to sign in with your Ethereum account:\n"
	    "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2\n\n\n" FIELDS TIME), "address");
}

static void
a_message_for_another_site_or_chain_is_told(void **state)
{
	static const struct {
		const char *scheme, *domain, *uri, *chain, *wrong;
	} cases[] = {
		{ "", "gate.example", "https://gate.example", "1", NULL },
		{ "", "GATE.example", "https://gate.example/login", "1", NULL },
		{ "https://", "gate.example", "https://gate.example?x", "1", NULL },
		{ "http://", "gate.example", "https://gate.example", "1", "scheme" },
		{ "http", "://gate.example", "https://gate.example", "1", "scheme" },
		{ "", "gate.example.evil.test", "https://gate.example", "1", "domain" },
		{ "", "evil.test", "https://gate.example", "1", "domain" },
		{ "", "user@gate.example", "https://gate.example", "1", "domain" },
		{ "", "gate.example:443", "https://gate.example", "1", "domain" },
		{ "", "gate.example", "https://evil.test/", "1", "uri" },
		{ "", "gate.example", "https://gate.example.evil.test/", "1", "uri" },
		{ "", "gate.example", "https://gate.example:8443/", "1", "uri" },
		{ "", "gate.example", "https://gate.example@evil.test/", "1", "uri" },
		{ "", "gate.example", "http://gate.example/", "1", "uri" },
		{ "", "gate.example", "https://gate.example", "137", "chain_id" },
		{ "", "gate.example", "https://gate.example", "01", "chain_id" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = arena_printf(*state, "%s%s wants you to sign in with your Ethereum account:\n"
		    "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n\nURI: %s\nVersion: 1\nChain ID: %s\n"
		    "Nonce: abcdef12\n" TIME, cases[i].scheme, cases[i].domain, cases[i].uri, cases[i].chain);
		struct siwe m;
		const char *wrong;

		print_message("# %zu\n", i);
		assert_null(siwe_parse(*state, text, strlen(text), &m));
		wrong = siwe_foreign(&m, "https://gate.example", "1");
		if (cases[i].wrong == NULL)
			assert_null(wrong);
		else
			assert_string_equal(wrong, cases[i].wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_siwe_are_read_as_siwe_reads_them),
		cmocka_unit_test(what_siwe_refuses_to_read_we_refuse),
		cmocka_unit_test(messages_of_siwe_were_signed_by_whom_they_say),
		cmocka_unit_test(the_grammar_is_kept_to_the_letter),
		cmocka_unit_test(an_address_without_checksum_is_refused),
		cmocka_unit_test(a_message_for_another_site_or_chain_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
