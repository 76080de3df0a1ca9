/* SPDX-License-Identifier: MIT */
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
#include "common/buf.h"
#include "common/metrics.h"

static char dir[] = "/tmp/gatehouse-metrics-XXXXXX";

static int
setup(void **state)
{
	*state = arena_new();
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	char path[64];

	arena_free(*state);
	snprintf(path, sizeof path, "%s/one", dir);
	unlink(path);
	snprintf(path, sizeof path, "%s/two", dir);
	unlink(path);
	snprintf(path, sizeof path, "%s/junk", dir);
	unlink(path);
	return rmdir(dir);
}

static const char *
rendered(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	metrics_render(dir, &b);
	return buf_text(&b);
}

static void
counts_survive_a_restart_and_add_up(void **state)
{
	struct metrics *m = metrics_open(dir, "one");

	metrics_begin(m);
	metrics_end(m, 200, 1500, 1000, 0);
	metrics_begin(m);	/* killed here: never ends */
	m = metrics_open(dir, "one");
	metrics_begin(m);
	metrics_end(m, 503, 20000, 0, 2);
	assert_non_null(strstr(rendered(*state),
	    "gatehouse_requests_total{route=\"one\",status=\"2xx\"} 1\n"));
	assert_non_null(strstr(rendered(*state),
	    "gatehouse_requests_total{route=\"one\",status=\"5xx\"} 1\n"));
	assert_non_null(strstr(rendered(*state),
	    "gatehouse_request_seconds_bucket{route=\"one\",le=\"0.0025\"} 1\n"));
	assert_non_null(strstr(rendered(*state),
	    "gatehouse_request_seconds_bucket{route=\"one\",le=\"+Inf\"} 2\n"));
	assert_non_null(strstr(rendered(*state),
	    "gatehouse_database_retries_total{route=\"one\"} 2\n"));
	assert_non_null(strstr(rendered(*state), "gatehouse_requests_in_flight{route=\"one\"} 0\n"));
}

static void
programs_are_apart_and_foreign_files_are_left_out(void **state)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "%s/junk", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("not counters", f);
	fclose(f);
	metrics_begin(metrics_open(dir, "two"));
	assert_non_null(strstr(rendered(*state), "gatehouse_requests_in_flight{route=\"two\"} 1\n"));
	assert_null(strstr(rendered(*state), "junk"));
}

static void
without_a_directory_nothing_is_shared(void **state)
{
	struct metrics *m = metrics_open(NULL, "one");
	struct buf b;

	metrics_begin(m);
	metrics_end(m, 200, 1, 1, 0);
	buf_init(&b, *state);
	metrics_render(NULL, &b);
	assert_null(strstr(buf_text(&b), "route="));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_survive_a_restart_and_add_up),
		cmocka_unit_test(programs_are_apart_and_foreign_files_are_left_out),
		cmocka_unit_test(without_a_directory_nothing_is_shared),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
