/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/form.h"
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
parse(struct arena *a, const char *text, struct form *f)
{
	struct err e = { 0 };

	return form_parse(a, text, strlen(text), f, &e);
}

static void
fields_are_decoded(void **state)
{
	struct form f;

	assert_int_equal(parse(*state, "a=1&b=x+y%20z&c=%C3%A9%2b&&d&=e&a%3d=%25", &f), 0);
	assert_int_equal(f.count, 6);
	assert_string_equal(form_value(&f, "a"), "1");
	assert_string_equal(form_value(&f, "b"), "x y z");
	assert_string_equal(form_value(&f, "c"), "é+");
	assert_string_equal(form_value(&f, "d"), "");
	assert_string_equal(form_value(&f, ""), "e");
	assert_string_equal(form_value(&f, "a="), "%");
	assert_null(form_value(&f, "none"));
}

static void
nothing_is_an_empty_form(void **state)
{
	struct err e = { 0 };
	struct form f;

	assert_int_equal(parse(*state, "", &f), 0);
	assert_int_equal(f.count, 0);
	assert_int_equal(form_parse(*state, NULL, 0, &f, &e), 0);
	assert_int_equal(parse(*state, "&&&", &f), 0);
	assert_int_equal(f.count, 0);
}

static void
a_repeated_name_is_counted_and_the_first_value_given(void **state)
{
	struct form f;

	assert_int_equal(parse(*state, "a=1&b=2&%61=3", &f), 0);
	assert_int_equal(form_count(&f, "a"), 2);
	assert_int_equal(form_count(&f, "b"), 1);
	assert_int_equal(form_count(&f, "c"), 0);
	assert_string_equal(form_value(&f, "a"), "1");
}

static void
broken_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"a=%", "a=%4", "a=%zz", "a=%4z", "%=1", "a=%00", "a=%ff", "a=%c3", "a=\xff", "%c3=%a9",
		"a=%ed%a0%80", "a=%-1", "a=1&b=%%%",
	};
	struct form f;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(*state, bad[i], &f) != E_BAD_FORM)
			fail_msg("not refused: %s", bad[i]);
}

/* The escape must not reach behind the n bytes. */
static void
the_end_is_where_the_length_says(void **state)
{
	struct err e = { 0 };
	struct form f;

	assert_int_equal(form_parse(*state, "a=b&c=d", 5, &f, &e), 0);
	assert_string_equal(form_value(&f, "a"), "b");
	assert_string_equal(form_value(&f, "c"), "");
	assert_int_equal(form_parse(*state, "a=%41", 4, &f, &e), E_BAD_FORM);
	e = (struct err){ 0 };
	assert_int_equal(form_parse(*state, "a\0=1", 4, &f, &e), E_BAD_FORM);
}

static void
the_number_of_fields_is_limited(void **state)
{
	char text[FORM_FIELDS * 4 + 8] = "";
	struct form f;

	for (int i = 0; i < FORM_FIELDS; i++)
		memcpy(text + i * 4, "a=1&", 4);
	assert_int_equal(parse(*state, text, &f), 0);
	assert_int_equal(f.count, FORM_FIELDS);
	memcpy(text + FORM_FIELDS * 4, "a=1", 4);
	assert_int_equal(parse(*state, text, &f), E_BAD_FORM);
}

static void
cookies_are_found_by_their_whole_name(void **state)
{
	const char *header = "xsession=no; session=yes;sessionx=no; theme=dark; __Host-session=h=1; e=";

	assert_string_equal(cookie_value(*state, header, "session"), "yes");
	assert_string_equal(cookie_value(*state, header, "theme"), "dark");
	assert_string_equal(cookie_value(*state, header, "__Host-session"), "h=1");
	assert_string_equal(cookie_value(*state, header, "e"), "");
	assert_string_equal(cookie_value(*state, "a=1; a=2", "a"), "1");
	assert_null(cookie_value(*state, header, "host"));
	assert_null(cookie_value(*state, header, "sess"));
	assert_null(cookie_value(*state, "session", "session"));
	assert_null(cookie_value(*state, "", "session"));
	assert_null(cookie_value(*state, NULL, "session"));
	assert_null(cookie_value(*state, ";;; ; ", "session"));
	assert_null(cookie_value(*state, "a=session=1", "session"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_decoded),
		cmocka_unit_test(nothing_is_an_empty_form),
		cmocka_unit_test(a_repeated_name_is_counted_and_the_first_value_given),
		cmocka_unit_test(broken_text_is_refused),
		cmocka_unit_test(the_end_is_where_the_length_says),
		cmocka_unit_test(the_number_of_fields_is_limited),
		cmocka_unit_test(cookies_are_found_by_their_whole_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
