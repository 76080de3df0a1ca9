/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/json.h"
#include "common/util.h"

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

static int
parse(struct arena *a, const char *text, struct json_object **o)
{
	struct err e = { 0 };

	return json_parse(a, text, strlen(text), JSON_DEPTH, o, &e);
}

static struct json_object *
parsed(struct arena *a, const char *text)
{
	struct json_object *o = NULL;

	assert_int_equal(parse(a, text, &o), 0);
	return o;
}

static void
what_the_grammar_allows_is_read(void **state)
{
	static const char *const good[] = {
		"{}", " {\t\r\n} ", "{\"a\":1}", "{\"a\":[],\"b\":{}}", "{\"a\":[1,2,[3]]}",
		"{\"a\":-0}", "{\"a\":0.5e-3}", "{\"a\":1E+2}", "{\"a\":null}",
		"{\"a\":\"\\u00e9\\uD83D\\ude00\\n\\/\"}", "{\"\":\"\"}", "{\"é\":\"\xf0\x9f\x98\x80\"}",
		"{\"a\":9223372036854775807,\"b\":-9223372036854775808}",
		"{\"a\":{\"b\":1},\"b\":{\"a\":1}}", "{\"a\":[{\"x\":1},{\"x\":2}]}",
		"{\"a\":123456789012345678901234567890.5}", "{\"a\":-1.5E308,\"b\":1e-308,\"c\":0e+000308}",
	};
	struct json_object *o;

	for (size_t i = 0; i < COUNT(good); i++)
		if (parse(*state, good[i], &o) != 0)
			fail_msg("refused: %s", good[i]);
}

static void
what_json_c_would_let_pass_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "1", "\"a\"", "[]", "null", "{", "}", "{}}", "{} x", "{},", "\xef\xbb\xbf{}",
		"{'a':1}", "{\"a\":'b'}", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
		"{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1;}",
		"{\"a\":01}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}",
		"{\"a\":1e+}", "{\"a\":0x10}", "{\"a\":1_0}", "{\"a\":--1}", "{\"a\":-01}",
		"{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":nan}",
		"{\"a\":True}", "{\"a\":NULL}", "{\"a\":tru}", "{\"a\":truex}",
		"{\"a\":1}//c", "{/**/\"a\":1}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\", "{\"a\":\"\\u", "{\"a\":\"b",
		"{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}",
		"{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800x\"}", "{\"a\":\"\\ud800\\n\"}",
		"{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\udc00\\ud800\"}",
		"{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}",
		"{\"a\":\"\xf4\x90\x80\x80\"}", "{\"\xff\":1}", "\x0b{}", "{}\x0c", "{\"a\":[}", "{\"a\":{]}",
	};
	struct json_object *o;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(*state, bad[i], &o) != E_BAD_JSON)
			fail_msg("not refused as bad_json: %s", bad[i]);
}

static void
a_member_twice_is_refused_however_it_is_spelled(void **state)
{
	struct json_object *o;

	assert_int_equal(parse(*state, "{\"a\":1,\"a\":1}", &o), E_BAD_JSON);
	assert_int_equal(parse(*state, "{\"a\":1,\"\\u0061\":2}", &o), E_BAD_JSON);
	assert_int_equal(parse(*state, "{\"x\":[{\"b\":1,\"b\":{}}]}", &o), E_BAD_JSON);
	assert_int_equal(parse(*state, "{\"a\":{\"b\":1,\"c\":2},\"a\":3}", &o), E_BAD_JSON);
	assert_int_equal(parse(*state, "{\"a:b\":\":::\",\"c\":\"\\\":\"}", &o), 0);
}

static void
a_number_that_cannot_be_kept_names_its_field(void **state)
{
	static const char *const big[] = {
		"{\"n\":9223372036854775808}", "{\"n\":-9223372036854775809}",
		"{\"m\":1,\"n\":[18446744073709551616]}", "{\"n\":{},\"n\":99999999999999999999999}",
		"{\"n\":1e309}", "{\"n\":-1.5E-309}", "{\"n\":0.1e+99999999999999999999}",
	};
	struct json_object *o;

	for (size_t i = 0; i < COUNT(big); i++) {
		struct err e = { 0 };

		assert_int_equal(json_parse(*state, big[i], strlen(big[i]), JSON_DEPTH, &o, &e),
		    E_INVALID_FIELD);
		assert_string_equal(e.detail, "{\"field\":\"n\"}");
	}
}

/* n levels: an object and arrays in it. */
static const char *
nested(struct arena *a, size_t n)
{
	char *text = arena_alloc(a, 2 * n + 10), *p = text;

	memcpy(p, "{\"a\":", 5);
	memset(p + 5, '[', n - 1);
	memset(p + 5 + n - 1, ']', n - 1);
	p[5 + 2 * (n - 1)] = '}';
	return text;
}

static void
depth_is_limited_exactly(void **state)
{
	struct json_object *o;

	assert_int_equal(parse(*state, nested(*state, JSON_DEPTH), &o), 0);
	assert_int_equal(parse(*state, nested(*state, JSON_DEPTH + 1), &o), E_BAD_JSON);
	assert_int_equal(parse(*state, nested(*state, 200000), &o), E_BAD_JSON);
	/* Levels are counted down the tree, not over the text. */
	assert_int_equal(parse(*state, "{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
	    "[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]}", &o), 0);
}

static void
a_nul_byte_ends_nothing(void **state)
{
	struct json_object *o;
	struct err e = { 0 };

	assert_int_equal(json_parse(*state, "{}\0", 3, JSON_DEPTH, &o, &e), E_BAD_JSON);
	e = (struct err){ 0 };
	assert_int_equal(json_parse(*state, "{\"a\0b\":1}", 9, JSON_DEPTH, &o, &e), E_BAD_JSON);
	e = (struct err){ 0 };
	assert_int_equal(json_parse(*state, "{\"a\":1}xyz", 7, JSON_DEPTH, &o, &e), 0);
}

static void
getters_give_only_their_own_type(void **state)
{
	struct json_object *o = parsed(*state,
	    "{\"s\":\"x\",\"e\":\"\",\"i\":-5,\"d\":2.0,\"b\":true,\"n\":null,\"o\":{\"s\":\"y\"},\"q\":\"2\"}");
	int64_t i = 77;
	bool b = false;

	assert_string_equal(json_text(o, "s"), "x");
	assert_string_equal(json_text(o, "e"), "");
	assert_string_equal(json_text(json_member(o, "o"), "s"), "y");
	assert_null(json_text(o, "i"));
	assert_null(json_text(o, "n"));
	assert_null(json_text(o, "none"));
	assert_null(json_text(NULL, "s"));
	assert_null(json_member(o, "n"));
	assert_int_equal(json_int64(o, "i", &i), 1);
	assert_int_equal(i, -5);
	assert_int_equal(json_int64(o, "none", &i), 0);
	assert_int_equal(json_int64(o, "n", &i), 0);
	assert_int_equal(json_int64(o, "d", &i), -1);
	assert_int_equal(json_int64(o, "q", &i), -1);
	assert_int_equal(json_int64(o, "b", &i), -1);
	assert_int_equal(i, -5);
	assert_int_equal(json_truth(o, "b", &b), 1);
	assert_true(b);
	assert_int_equal(json_truth(o, "n", &b), 0);
	assert_int_equal(json_truth(o, "i", &b), -1);
}

static void
writing_gives_back_what_was_read(void **state)
{
	static const char text[] = "{\"a\":1.10,\"b\":[1e300,\"/\\\"\\n\"],\"c\":{\"d\":9223372036854775807}}";
	struct json_object *o = parsed(*state, text);

	assert_string_equal(json_write(*state, o), text);
	assert_string_equal(json_write(*state, json_member(o, "c")), "{\"d\":9223372036854775807}");
	assert_null(json_write(*state, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_grammar_allows_is_read),
		cmocka_unit_test(what_json_c_would_let_pass_is_refused),
		cmocka_unit_test(a_member_twice_is_refused_however_it_is_spelled),
		cmocka_unit_test(a_number_that_cannot_be_kept_names_its_field),
		cmocka_unit_test(depth_is_limited_exactly),
		cmocka_unit_test(a_nul_byte_ends_nothing),
		cmocka_unit_test(getters_give_only_their_own_type),
		cmocka_unit_test(writing_gives_back_what_was_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
