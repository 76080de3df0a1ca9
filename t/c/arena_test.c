/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"

static void
memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena *a = arena_new();
	char *last = NULL, *p;

	(void)state;
	for (size_t n = 1; n < 3000; n += 7) {
		p = arena_alloc(a, n);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0x5a, n);
		if (last != NULL)
			assert_int_equal(last[0], 0x5a);
		last = p;
	}
	arena_free(a);
}

static void
a_piece_larger_than_a_block_fits(void **state)
{
	struct arena *a = arena_new();
	char *p = arena_alloc(a, 1 << 20);

	(void)state;
	memset(p, 1, 1 << 20);
	assert_string_equal(arena_strdup(a, "after"), "after");
	arena_free(a);
}

static void
a_reset_arena_is_zeroed_again(void **state)
{
	struct arena *a = arena_new();
	char *p = arena_alloc(a, 64);

	(void)state;
	memset(p, 1, 64);
	arena_reset(a);
	p = arena_alloc(a, 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(p[i], 0);
	arena_free(a);
}

static void
the_latest_piece_grows_where_it_stands(void **state)
{
	struct arena *a = arena_new();
	char *p = arena_strdup(a, "a"), *q;

	(void)state;
	assert_true(arena_extend(a, p, 2, 100));
	assert_string_equal(p, "a");
	for (int i = 1; i < 100; i++)
		assert_int_equal(p[i], 0);
	memset(p, 1, 100);
	q = arena_strdup(a, "b");
	assert_true(q >= p + 100);
	assert_false(arena_extend(a, p, 100, 101));
	assert_false(arena_extend(a, q, 2, 1 << 20));
	assert_int_equal(p[99], 1);
	arena_free(a);
}

static int order[3], calls;

static void
note(void *arg)
{
	order[calls++] = *(int *)arg;
}

static void
deferred_calls_run_once_newest_first(void **state)
{
	struct arena *a = arena_new();
	int *n;

	(void)state;
	calls = 0;
	for (int i = 0; i < 3; i++) {
		n = arena_alloc(a, sizeof *n);
		*n = i;
		arena_defer(a, note, n);
	}
	arena_reset(a);
	assert_int_equal(calls, 3);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[2], 0);
	arena_free(a);
	assert_int_equal(calls, 3);
}

static void
strings_are_copied_and_formatted(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(a, NULL, 0), "");
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(a_piece_larger_than_a_block_fits),
		cmocka_unit_test(a_reset_arena_is_zeroed_again),
		cmocka_unit_test(the_latest_piece_grows_where_it_stands),
		cmocka_unit_test(deferred_calls_run_once_newest_first),
		cmocka_unit_test(strings_are_copied_and_formatted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
