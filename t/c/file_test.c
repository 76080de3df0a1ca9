/* SPDX-License-Identifier: MIT */
/* Whole files: read as they are, or refused with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/file.h"

static char path[] = "/tmp/file_test.XXXXXX";
static struct arena *arena;

static int
setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	arena = arena_new();
	if (fd < 0 || write(fd, "a\0bc", 4) != 4)
		return -1;
	return close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return unlink(path);
}

static void
a_file_is_read_whole_with_a_nul_behind_it(void **state)
{
	struct err e = { 0 };
	struct str s;

	(void)state;
	assert_int_equal(file_read(arena, path, 4, &s, &e), 0);
	assert_int_equal(s.n, 4);
	assert_memory_equal(s.p, "a\0bc", 5);
}

static void
assert_refused(const char *name, size_t max, const char *wanted)
{
	struct err e = { 0 };
	struct str s;

	assert_int_equal(file_read(arena, name, max, &s, &e), E_INTERNAL);
	if (strstr(e.log, wanted) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.log, wanted);
}

static void
what_is_absent_too_large_or_no_file_is_refused(void **state)
{
	(void)state;
	assert_refused("/nonexistent", 4, "No such file");
	assert_refused(path, 3, "not a file of at most 3 bytes");
	assert_refused("/tmp", SIZE_MAX, "not a file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_with_a_nul_behind_it),
		cmocka_unit_test(what_is_absent_too_large_or_no_file_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
