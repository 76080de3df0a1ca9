/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/utf8.h"

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* What one of the writers makes of a text. */
static const char *
written(struct arena *a, void (*writer)(struct buf *, const char *), const char *text)
{
	struct buf b;

	buf_init(&b, a);
	writer(&b, text);
	return buf_text(&b);
}

static void
an_empty_buffer_is_an_empty_string(void **state)
{
	struct buf b;

	buf_init(&b, *state);
	assert_string_equal(buf_text(&b), "");
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_text(&b), "");
}

static void
what_was_written_stays_while_it_grows(void **state)
{
	struct buf b;

	buf_init(&b, *state);
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "%d,", i);
	assert_true(strncmp(buf_text(&b), "0,1,2,3,", 8) == 0);
	assert_true(strcmp(buf_text(&b) + b.n - 10, "4998,4999,") == 0);
	assert_int_equal(strlen(buf_text(&b)), b.n);
}

static void
html_cannot_leave_text_or_attribute(void **state)
{
	assert_string_equal(written(*state, buf_html, "<a b=\"c\" d='e'>&amp;"),
	    "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
}

static void
json_strings_are_quoted_and_always_utf8(void **state)
{
	assert_string_equal(written(*state, buf_json, "a\"b\\c\n\x01/é"),
	    "\"a\\\"b\\\\c\\n\\u0001/é\"");
	assert_string_equal(written(*state, buf_json, "x\xff\xc3"),
	    "\"x\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
url_components_hold_no_reserved_characters(void **state)
{
	assert_string_equal(written(*state, buf_url, "a b&c=d/é~"), "a%20b%26c%3Dd%2F%C3%A9~");
}

static void
utf8_is_accepted_only_well_formed(void **state)
{
	static const char *const good[] = { "", "a", "é", "€", "😀", "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "a\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_false(utf8_valid("a\0b", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_buffer_is_an_empty_string, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_written_stays_while_it_grows, setup, teardown),
		cmocka_unit_test_setup_teardown(html_cannot_leave_text_or_attribute, setup, teardown),
		cmocka_unit_test_setup_teardown(json_strings_are_quoted_and_always_utf8, setup, teardown),
		cmocka_unit_test_setup_teardown(url_components_hold_no_reserved_characters, setup, teardown),
		cmocka_unit_test(utf8_is_accepted_only_well_formed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
