/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/conf.h"
#include "common/err.h"

static int
arena_setup(void **state)
{
	*state = arena_new();
	unsetenv("JWT_SECRET");
	unsetenv("CRON_SECRET");
	return 0;
}

static int
arena_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* Loads a file of that text, which is gone again afterwards. */
static int
load(struct arena *a, const char *text, struct conf **c, struct err *e)
{
	char path[] = "/tmp/gatehouse-conf-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	rc = conf_load(a, path, c, e);
	unlink(path);
	return rc;
}

static struct conf *
loaded(struct arena *a, const char *text)
{
	struct err e = { 0 };
	struct conf *c;

	assert_int_equal(load(a, text, &c, &e), 0);
	return c;
}

static void
is_value(struct arena *a, const char *written, const char *want)
{
	struct conf *c = loaded(a, arena_printf(a, "JWT_SECRET=%s\n", written));
	const char *got = conf_get(c, "JWT_SECRET");

	if (want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, want);
}

/* systemd.exec(5), EnvironmentFile=. */
static void
values_are_read_as_systemd_reads_them(void **state)
{
	is_value(*state, "plain", "plain");
	is_value(*state, "  two words  ", "two words");
	is_value(*state, "'a # b'", "a # b");
	is_value(*state, "\"a \\\"b\\\" \\\\ \\$ \\n\"", "a \"b\" \\ $ \\n");
	is_value(*state, "'a'\"b\"", "ab");
	is_value(*state, "it's", "it's");
	is_value(*state, "a\\ b\\\\", "a b\\");
	is_value(*state, "one\\\ntwo", "onetwo");
	is_value(*state, "\"one\\\ntwo\nthree\"", "onetwo\nthree");
	is_value(*state, "a=b#c;d", "a=b#c;d");
	is_value(*state, "' x '", " x ");
	is_value(*state, "win\r", "win");
	is_value(*state, "\\", NULL);
}

static void
lines_may_be_empty_or_comments(void **state)
{
	struct conf *c = loaded(*state, "# JWT_SECRET=no\n\n ; CRON_SECRET=no\n\t\n  CRON_SECRET = yes");

	assert_null(conf_get(c, "JWT_SECRET"));
	assert_string_equal(conf_get(c, "CRON_SECRET"), "yes");
}

static void
the_last_line_of_a_name_holds(void **state)
{
	struct conf *c = loaded(*state, "JWT_SECRET=first\nJWT_SECRET=second\n");

	assert_string_equal(conf_get(c, "JWT_SECRET"), "second");
}

static void
the_environment_overrides_the_file(void **state)
{
	struct conf *c = loaded(*state, "JWT_SECRET=file\nCRON_SECRET=file\n");

	setenv("JWT_SECRET", "env", 1);
	assert_string_equal(conf_get(c, "JWT_SECRET"), "env");
	assert_string_equal(conf_get(c, "CRON_SECRET"), "file");
	setenv("JWT_SECRET", "", 1);
	assert_null(conf_get(c, "JWT_SECRET"));
	unsetenv("JWT_SECRET");
}

static void
an_empty_value_is_no_value(void **state)
{
	is_value(*state, "", NULL);
	is_value(*state, "''", NULL);
	assert_null(conf_get(loaded(*state, ""), "JWT_SECRET"));
}

static void
names_that_are_no_settings_are_told(void **state)
{
	struct conf *c = loaded(*state, "JWT_SECRET=a\nJWT_SECRETS=b\nCRON_SECRET=c\nFOO=d\n");

	assert_string_equal(conf_unknown(c, 0), "FOO");
	assert_string_equal(conf_unknown(c, 1), "JWT_SECRETS");
	assert_null(conf_unknown(c, 2));
}

static void
a_line_that_is_neither_is_refused_with_its_number(void **state)
{
	static const char *const bad[] = { "\n\nnonsense\n", "\n\n=x\n", "\n\n1A=x\n", "\n\nA B=x\n",
		"\n\nexport A=x\n" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { 0 };
		struct conf *c;

		assert_int_equal(load(*state, bad[i], &c, &e), E_INTERNAL);
		assert_non_null(strstr(e.log, ":3:"));
	}
}

static void
an_open_quote_is_refused(void **state)
{
	struct err e = { 0 };
	struct conf *c;

	assert_int_equal(load(*state, "JWT_SECRET='abc\n", &c, &e), E_INTERNAL);
	assert_null(strstr(e.log, "abc"));
}

static void
no_path_is_an_empty_file_and_a_wrong_one_an_error(void **state)
{
	struct err e = { 0 };
	struct conf *c;

	assert_int_equal(conf_load(*state, NULL, &c, &e), 0);
	assert_null(conf_get(c, "JWT_SECRET"));
	assert_int_equal(conf_load(*state, "/nonexistent/gatehouse.conf", &c, &e), E_INTERNAL);
	assert_non_null(strstr(e.log, "/nonexistent/gatehouse.conf"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_systemd_reads_them),
		cmocka_unit_test(lines_may_be_empty_or_comments),
		cmocka_unit_test(the_last_line_of_a_name_holds),
		cmocka_unit_test(the_environment_overrides_the_file),
		cmocka_unit_test(an_empty_value_is_no_value),
		cmocka_unit_test(names_that_are_no_settings_are_told),
		cmocka_unit_test(a_line_that_is_neither_is_refused_with_its_number),
		cmocka_unit_test(an_open_quote_is_refused),
		cmocka_unit_test(no_path_is_an_empty_file_and_a_wrong_one_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
