/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/fcgi.h"

/* Record types and statuses of the specification, section 8. */
enum { BEGIN = 1, ABORT, END, PARAMS, STDIN, STDOUT, GET_VALUES = 9, VALUES, UNKNOWN };
enum { COMPLETE, CANT_MPX, UNKNOWN_ROLE = 3 };

struct peer {
	struct arena *arena;
	struct buf out;
	struct fcgi f;
};

static int
setup(void **state)
{
	static struct peer p;

	p = (struct peer){ .arena = arena_new() };
	buf_init(&p.out, p.arena);
	p.f = (struct fcgi){ .arena = p.arena, .out = &p.out, .body_max = 10 };
	*state = &p;
	return 0;
}

static int
teardown(void **state)
{
	struct peer *p = *state;

	arena_free(p->arena);
	return 0;
}

static void
say(struct peer *p, int type, int id, const char *content, size_t n)
{
	const unsigned char header[8] = { 1, (unsigned char)type, 0, (unsigned char)id,
		(unsigned char)(n >> 8), (unsigned char)n };

	fcgi_feed(&p->f, header, sizeof header);
	fcgi_feed(&p->f, content, n);
}

static void
say_begin(struct peer *p, int id, char role, char flags)
{
	const char body[8] = { 0, role, flags };

	say(p, BEGIN, id, body, sizeof body);
}

/* Takes one record off what was sent: its type, with its content at *content. */
static int
heard(struct peer *p, const unsigned char **content, size_t *n)
{
	const unsigned char *r = (const unsigned char *)p->out.p;
	size_t length;

	assert_true(p->out.n >= 8);
	length = (size_t)r[4] << 8 | r[5];
	assert_true(p->out.n >= 8 + length);
	*content = r + 8;
	*n = length;
	p->out.p += 8 + length;
	p->out.n -= 8 + length;
	return r[1];
}

static void
assert_end(struct peer *p, int status)
{
	const unsigned char *content;
	size_t n;

	assert_int_equal(heard(p, &content, &n), END);
	assert_int_equal(n, 8);
	assert_int_equal(content[4], status);
}

static void
a_request_is_read_and_answered(void **state)
{
	struct peer *p = *state;
	const unsigned char *content;
	char **env;
	size_t n;

	say_begin(p, 1, 1, 1);
	say(p, PARAMS, 1, "\1\2Abc\1\0B", 8);
	say(p, PARAMS, 1, "", 0);
	say(p, STDIN, 1, "0123456789more", 14);
	assert_int_equal(p->f.state, FCGI_READING);
	say(p, STDIN, 1, "", 0);
	assert_int_equal(p->f.state, FCGI_READY);
	env = fcgi_env(&p->f);
	assert_string_equal(env[0], "A=bc");
	assert_string_equal(env[1], "B=");
	assert_null(env[2]);
	assert_memory_equal(p->f.body.p, "0123456789", 10);
	assert_int_equal(p->f.body.n, 10);
	assert_int_equal(p->f.body_size, 14);
	assert_true(p->f.keep);
	fcgi_answer(&p->f, (struct str){ "head", 4 }, (struct str){ "body", 4 });
	assert_int_equal(heard(p, &content, &n), STDOUT);
	assert_memory_equal(content, "headbody", 8);
	assert_int_equal(heard(p, &content, &n), STDOUT);
	assert_int_equal(n, 0);
	assert_end(p, COMPLETE);
	assert_int_equal(p->f.state, FCGI_IDLE);
}

static void
a_long_answer_is_cut_into_records(void **state)
{
	struct peer *p = *state;
	const unsigned char *content;
	size_t n, sum = 0, size = 200000;
	char *text = arena_alloc(p->arena, size);

	say_begin(p, 1, 1, 0);
	fcgi_answer(&p->f, (struct str){ "h", 1 }, (struct str){ text, size });
	while (heard(p, &content, &n) == STDOUT && n > 0)
		sum += n;
	assert_int_equal(sum, size + 1);
	assert_end(p, COMPLETE);
}

static void
a_second_request_at_once_is_refused(void **state)
{
	struct peer *p = *state;

	say_begin(p, 1, 1, 1);
	say_begin(p, 2, 1, 1);
	assert_end(p, CANT_MPX);
	assert_int_equal(p->f.state, FCGI_READING);
	say(p, PARAMS, 2, "junk", 4);
	assert_int_equal(p->f.params.n, 0);
	say_begin(p, 1, 1, 1);
	assert_int_equal(p->f.state, FCGI_BROKEN);
}

static void
another_role_is_refused(void **state)
{
	struct peer *p = *state;

	say_begin(p, 1, 2, 1);
	assert_end(p, UNKNOWN_ROLE);
	assert_int_equal(p->f.state, FCGI_IDLE);
}

static void
an_aborted_request_ends_without_an_answer(void **state)
{
	struct peer *p = *state;

	say_begin(p, 1, 1, 1);
	say(p, ABORT, 1, "", 0);
	assert_end(p, COMPLETE);
	assert_int_equal(p->f.state, FCGI_IDLE);
	say_begin(p, 1, 1, 1);
	say(p, PARAMS, 1, "", 0);
	say(p, STDIN, 1, "", 0);
	say(p, ABORT, 1, "", 0);
	assert_int_equal(p->f.state, FCGI_READY);
	fcgi_answer(&p->f, (struct str){ "late", 4 }, (struct str){ 0 });
	assert_end(p, COMPLETE);
	assert_int_equal(p->out.n, 0);
}

static void
questions_about_ourselves_are_answered(void **state)
{
	struct peer *p = *state;
	const unsigned char *content;
	size_t n;

	say(p, GET_VALUES, 0, "\17\0FCGI_MPXS_CONNS\1\0X", 20);
	assert_int_equal(heard(p, &content, &n), VALUES);
	assert_int_equal(n, 18);
	assert_memory_equal(content, "\17\1FCGI_MPXS_CONNS0", 18);
	say(p, 99, 0, "", 0);
	assert_int_equal(heard(p, &content, &n), UNKNOWN);
	assert_int_equal(content[0], 99);
}

static void
padding_is_skipped_wherever_the_bytes_are_cut(void **state)
{
	struct peer *p = *state;
	static const char bytes[] = "\1\1\0\1\0\10\3\0" "\0\1\1\0\0\0\0\0" "ppp"
	    "\1\4\0\1\0\5\1\0" "\1\2Abc" "p" "\1\4\0\1\0\0\2\0" "pp" "\1\5\0\1\0\0\0\0";

	for (size_t i = 0; i < sizeof bytes - 1; i++)
		fcgi_feed(&p->f, bytes + i, 1);
	assert_int_equal(p->f.state, FCGI_READY);
	assert_string_equal(fcgi_env(&p->f)[0], "A=bc");
}

static void
too_many_parameters_end_the_connection(void **state)
{
	struct peer *p = *state;
	static char content[60000];

	say_begin(p, 1, 1, 1);
	for (size_t sum = 0; sum <= FCGI_PARAMS_MAX; sum += sizeof content) {
		assert_int_equal(p->f.state, FCGI_READING);
		say(p, PARAMS, 1, content, sizeof content);
	}
	assert_int_equal(p->f.state, FCGI_BROKEN);
}

static void
parameters_cut_short_are_none(void **state)
{
	struct peer *p = *state;

	say_begin(p, 1, 1, 1);
	say(p, PARAMS, 1, "\1\200\0\0\20A", 6);
	say(p, PARAMS, 1, "", 0);
	say(p, STDIN, 1, "", 0);
	assert_null(fcgi_env(&p->f));
}

static void
another_version_or_order_ends_the_connection(void **state)
{
	struct peer *p = *state;

	say_begin(p, 1, 1, 1);
	say(p, STDIN, 1, "early", 5);
	assert_int_equal(p->f.state, FCGI_BROKEN);
	p->f.state = FCGI_IDLE;
	p->f.header_n = 0;
	fcgi_feed(&p->f, "GET / HTTP/1.1\r\n", 16);
	assert_int_equal(p->f.state, FCGI_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_is_read_and_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_answer_is_cut_into_records, setup, teardown),
		cmocka_unit_test_setup_teardown(a_second_request_at_once_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(another_role_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(an_aborted_request_ends_without_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_about_ourselves_are_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(padding_is_skipped_wherever_the_bytes_are_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_parameters_end_the_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters_cut_short_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(another_version_or_order_ends_the_connection, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
