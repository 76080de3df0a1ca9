/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/fetch.h"
#include "t/c/server.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define FAILED "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"

/* What every test has. */
struct fixture {
	struct arena *arena;
	struct server *server;
	struct fetch_result r;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	crypto_init();
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->server != NULL)
		server_stop(f->server);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* Starts the server and gives a request for it. */
static struct fetch_request
request(struct fixture *f, const char *const *script)
{
	f->server = server_start(script);
	return (struct fetch_request){
		.url = arena_printf(f->arena, "http://127.0.0.1:%d/path?a=b", f->server->port),
		.total_ms = 5000,
	};
}

static int
run(struct fixture *f, const struct fetch_request *q)
{
	f->e = (struct err){ 0 };
	return fetch(f->arena, q, &f->r, &f->e);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
a_get_brings_status_body_and_headers(void **state)
{
	static const char *const script[] = {
		"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Name:  some thing \r\nX-Empty:\r\n\r\nhello", NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 404);
	assert_int_equal(f->r.body.n, 5);
	assert_string_equal(f->r.body.p, "hello");
	assert_string_equal(fetch_header(f->arena, &f->r, "x-name"), "some thing");
	assert_string_equal(fetch_header(f->arena, &f->r, "X-Empty"), "");
	assert_null(fetch_header(f->arena, &f->r, "X-Nam"));
	assert_null(fetch_header(f->arena, &f->r, "Name"));
	server_end(f->server);
	assert_non_null(strstr(f->server->requests[0], "GET /path?a=b HTTP/1.1\r\n"));
	assert_non_null(strstr(f->server->requests[0], "\r\nUser-Agent: Gatehouse\r\n"));
}

static void
a_post_carries_headers_and_body_without_expect(void **state)
{
	static const char *const script[] = { OK, NULL };
	static const char *const headers[] = { "X-One: 1", "Content-Type: text/plain", NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);
	char *body = arena_alloc(f->arena, 5001);

	memset(body, 'b', 5000);
	q.method = "POST";
	q.headers = headers;
	q.body = (struct str){ body, 5000 };
	assert_int_equal(run(f, &q), 0);
	server_end(f->server);
	assert_non_null(strstr(f->server->requests[0], "POST /path?a=b HTTP/1.1\r\n"));
	assert_non_null(strstr(f->server->requests[0], "\r\nX-One: 1\r\n"));
	assert_non_null(strstr(f->server->requests[0], "\r\nContent-Type: text/plain\r\n"));
	assert_null(strcasestr(f->server->requests[0], "expect"));
	assert_string_equal(strstr(f->server->requests[0], "\r\n\r\n") + 4, body);
}

static void
other_methods_keep_their_name(void **state)
{
	static const char *const script[] = { OK, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.method = "DELETE";
	assert_int_equal(run(f, &q), 0);
	q.method = "PATCH";
	assert_int_equal(run(f, &q), 0);
	server_end(f->server);
	assert_non_null(strstr(f->server->requests[0], "DELETE /path"));
	assert_non_null(strstr(f->server->requests[1], "PATCH /path"));
}

static void
a_thread_keeps_its_connection(void **state)
{
	static const char *const script[] = { OK, OK, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	for (int i = 0; i < 3; i++)
		assert_int_equal(run(f, &q), 0);
	server_end(f->server);
	assert_int_equal(f->server->served, 3);
	assert_int_equal(f->server->connections, 1);
}

static void
an_idempotent_request_is_repeated_after_a_5xx(void **state)
{
	static const char *const script[] = { FAILED, FAILED, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.idempotent = true;
	q.retries = 2;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 200);
	assert_int_equal(f->r.attempts, 3);
	assert_string_equal(f->r.body.p, "ok");
}

static void
the_last_answer_is_given_when_retries_are_used_up(void **state)
{
	static const char *const script[] = { FAILED, FAILED, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.idempotent = true;
	q.retries = 1;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 500);
	assert_int_equal(f->r.attempts, 2);
	assert_string_equal(f->r.body.p, "no");
}

static void
any_other_request_is_sent_once(void **state)
{
	static const char *const script[] = { FAILED, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.retries = 3;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 500);
	assert_int_equal(f->r.attempts, 1);
}

static void
a_request_lost_on_the_way_is_repeated_only_when_idempotent(void **state)
{
	static const char *const script[] = { "!", "!", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.retries = 3;
	assert_int_equal(run(f, &q), E_UNAVAILABLE);
	assert_int_equal(f->r.attempts, 1);
	assert_int_equal(f->r.status, 0);
	q.idempotent = true;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.attempts, 2);
}

static void
a_connection_that_never_stood_is_tried_again(void **state)
{
	static const char *const script[] = { NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	server_end(f->server);	/* nobody listens there any more */
	q.retries = 2;
	assert_int_equal(run(f, &q), E_UNAVAILABLE);
	assert_int_equal(f->r.attempts, 3);
	assert_true(strlen(f->e.log) > strlen("fetch: "));
}

static void
who_hangs_is_left_when_the_time_is_up(void **state)
{
	static const char *const script[] = { "hang", NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);
	int64_t start = now_ms();

	q.idempotent = true;
	q.retries = 9;
	q.total_ms = 300;
	assert_int_equal(run(f, &q), E_UNAVAILABLE);
	assert_in_range(now_ms() - start, 250, 3000);
	assert_int_equal(f->r.attempts, 1);
}

static void
an_attempt_that_hangs_leaves_time_for_the_next(void **state)
{
	static const char *const script[] = { "hang", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.idempotent = true;
	q.retries = 1;
	q.attempt_ms = 200;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.attempts, 2);
	assert_int_equal(f->r.status, 200);
}

static void
a_flood_is_cut_off_and_not_asked_for_again(void **state)
{
	static const char *const script[] = { "flood", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.idempotent = true;
	q.retries = 3;
	q.max_bytes = 10000;
	assert_int_equal(run(f, &q), E_UNAVAILABLE);
	assert_int_equal(f->r.attempts, 1);
	assert_non_null(strstr(f->e.log, "too large"));
	assert_true(f->r.body.n <= 10000);
}

static void
an_answer_cut_short_is_no_answer(void **state)
{
	static const char *const script[] = {
		"!HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	assert_int_equal(run(f, &q), E_UNAVAILABLE);
	assert_int_equal(f->r.status, 0);
}

static void
redirects_are_not_followed(void **state)
{
	static const char *const script[] = {
		"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 302);
	server_end(f->server);
	assert_int_equal(f->server->served, 1);
}

static void
retry_after_is_obeyed_when_the_time_is_left(void **state)
{
	static const char *const script[] = {
		"HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);
	int64_t start = now_ms();

	q.idempotent = true;
	q.retries = 1;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 200);
	assert_true(now_ms() - start >= 1000);
}

static void
a_retry_after_beyond_the_deadline_ends_at_once(void **state)
{
	static const char *const script[] = {
		"HTTP/1.1 503 Later\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);
	int64_t start = now_ms();

	q.idempotent = true;
	q.retries = 3;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 503);
	assert_int_equal(f->r.attempts, 1);
	assert_true(now_ms() - start < 4000);
}

static bool
again_never(struct arena *a, const struct fetch_result *r)
{
	(void)a;
	(void)r;
	return false;
}

static void
the_caller_decides_what_is_worth_repeating(void **state)
{
	static const char *const script[] = { FAILED, OK, NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	q.idempotent = true;
	q.retries = 3;
	q.again = again_never;
	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 500);
	assert_int_equal(f->r.attempts, 1);
}

static void
only_http_is_spoken(void **state)
{
	static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
		"", "nonsense:x" };
	struct fixture *f = *state;
	struct fetch_request q = { .retries = 3, .idempotent = true };

	for (size_t i = 0; i < COUNT(urls); i++) {
		q.url = urls[i];
		assert_int_equal(run(f, &q), E_UNAVAILABLE);
		assert_int_equal(f->r.attempts, 1);
		assert_int_equal(f->r.body.n, 0);
	}
}

static void
an_interim_answer_does_not_mix_its_headers_in(void **state)
{
	static const char *const script[] = {
		"HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n"
		"HTTP/1.1 200 OK\r\nX-B: final\r\nContent-Length: 0\r\n\r\n", NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);

	assert_int_equal(run(f, &q), 0);
	assert_int_equal(f->r.status, 200);
	assert_null(fetch_header(f->arena, &f->r, "X-A"));
	assert_string_equal(fetch_header(f->arena, &f->r, "X-B"), "final");
}

static void *
fetch_many(void *arg)
{
	const struct fetch_request *q = arg;
	void *wrong = NULL;

	for (int i = 0; i < 4; i++) {
		struct arena *a = arena_new();
		struct fetch_result r;
		struct err e = { 0 };

		if (fetch(a, q, &r, &e) != E_UNAVAILABLE || r.attempts != 1)
			wrong = arg;
		arena_free(a);
	}
	return wrong;
}

/* Nobody listens: what is shown is that threads do not share a handle, and that
 * each gives its own back (under the address sanitizer). */
static void
threads_fetch_at_once(void **state)
{
	static const char *const script[] = { NULL };
	struct fixture *f = *state;
	struct fetch_request q = request(f, script);
	pthread_t threads[4];
	void *wrong;

	server_end(f->server);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fetch_many, &q), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_get_brings_status_body_and_headers),
		TEST(a_post_carries_headers_and_body_without_expect),
		TEST(other_methods_keep_their_name),
		TEST(a_thread_keeps_its_connection),
		TEST(an_idempotent_request_is_repeated_after_a_5xx),
		TEST(the_last_answer_is_given_when_retries_are_used_up),
		TEST(any_other_request_is_sent_once),
		TEST(a_request_lost_on_the_way_is_repeated_only_when_idempotent),
		TEST(a_connection_that_never_stood_is_tried_again),
		TEST(who_hangs_is_left_when_the_time_is_up),
		TEST(an_attempt_that_hangs_leaves_time_for_the_next),
		TEST(a_flood_is_cut_off_and_not_asked_for_again),
		TEST(an_answer_cut_short_is_no_answer),
		TEST(redirects_are_not_followed),
		TEST(retry_after_is_obeyed_when_the_time_is_left),
		TEST(a_retry_after_beyond_the_deadline_ends_at_once),
		TEST(the_caller_decides_what_is_worth_repeating),
		TEST(only_http_is_spoken),
		TEST(an_interim_answer_does_not_mix_its_headers_in),
		TEST(threads_fetch_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
