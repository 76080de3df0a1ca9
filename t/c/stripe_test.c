/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/stripe.h"
#include "t/c/server.h"

#define SECRET "whsec_test"
#define BODY "{\"id\":\"evt_1\"}"

struct fixture {
	struct arena *arena;
	struct server *server;
	struct stripe stripe;
	struct json_object *out;
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

/* ---- signatures ---- */

/* The hex signature of "t.body" under the secret. */
static const char *
sign(struct fixture *f, const char *secret, const char *t, const char *body)
{
	return hmac_sha256_hex(f->arena, secret, arena_printf(f->arena, "%s.%s", t, body));
}

static int
check(struct fixture *f, const char *header, const char *secrets)
{
	int64_t at = -1;
	int rc;

	f->e = (struct err){ 0 };
	rc = stripe_signature_check(header, secrets, BODY, strlen(BODY), &at, &f->e);
	assert_int_equal(rc == 0, at >= 0);
	return rc;
}

/* Made by stripe-node 22.6.2: generateTestHeaderString({payload: BODY, secret:
 * SECRET, timestamp: 1700000000}). */
static void
a_header_of_stripes_own_library_fits(void **state)
{
	int64_t at = 0;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(stripe_signature_check("t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925",
	    SECRET, BODY, strlen(BODY), &at, &e), 0);
	assert_int_equal(at, 1700000000);
}

static void
any_signature_under_any_secret_is_enough(void **state)
{
	struct fixture *f = *state;
	const char *good = sign(f, SECRET, "5", BODY), *bad = sign(f, "other", "5", BODY);

	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s", good), SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s,v1=%s", bad, good), SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s,v1=%s", good, bad), SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "v1=%s,t=5", good), SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s", good), "whsec_new," SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s", good), SECRET " , whsec_new"), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s", good), "whsec_new"), E_BAD_SIGNATURE);
}

static void
what_cannot_be_read_is_passed_over(void **state)
{
	struct fixture *f = *state;
	const char *good = sign(f, SECRET, "5", BODY);

	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=zz,v1=,v1=%s,v0=abc,foo,,x=y", good), SECRET), 0);
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v2=%s,v1=%s0,v1=%s", good, good, good), SECRET), 0);
}

static void
headers_without_a_good_v1_are_refused(void **state)
{
	struct fixture *f = *state;
	const char *good = sign(f, SECRET, "5", BODY);
	const char *const bad[] = {
		"", "t=5", "garbage", arena_printf(f->arena, "v1=%s", good),
		arena_printf(f->arena, "t=5,v0=%s", good), arena_printf(f->arena, "t=6,v1=%s", good),
		arena_printf(f->arena, "t=5,v1=%s0", good), arena_printf(f->arena, "t=5,v1=%.63s", good),
		arena_printf(f->arena, "t=5;v1=%s", good), arena_printf(f->arena, "t=5,V1=%s", good),
		arena_printf(f->arena, "t=05,v1=%s", good), arena_printf(f->arena, "t=5,t=5,v1=%s", good),
		arena_printf(f->arena, "t=,v1=%s", good), arena_printf(f->arena, "t=5x,v1=%s", good),
		arena_printf(f->arena, "t=-5,v1=%s", sign(f, SECRET, "-5", BODY)),
		arena_printf(f->arena, "t=+5,v1=%s", sign(f, SECRET, "+5", BODY)),
		arena_printf(f->arena, "t=5, v1=%s", good),
		arena_printf(f->arena, "t=1234567890123,v1=%s", sign(f, SECRET, "1234567890123", BODY)),
		"t=5,v1=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (check(f, bad[i], SECRET) != E_BAD_SIGNATURE)
			fail_msg("not refused: %s", bad[i]);
	assert_int_equal(check(f, NULL, SECRET), E_BAD_SIGNATURE);
}

static void
upper_case_hex_is_refused_as_by_stripe_node(void **state)
{
	struct fixture *f = *state;
	char *upper = arena_strdup(f->arena, sign(f, SECRET, "5", BODY));

	for (char *p = upper; *p != '\0'; p++)
		if (*p >= 'a')
			*p = (char)(*p - 'a' + 'A');
	assert_int_equal(check(f, arena_printf(f->arena, "t=5,v1=%s", upper), SECRET), E_BAD_SIGNATURE);
}

static void
a_changed_body_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *header = arena_printf(f->arena, "t=5,v1=%s", sign(f, SECRET, "5", BODY));
	int64_t at;

	f->e = (struct err){ 0 };
	assert_int_equal(stripe_signature_check(header, SECRET, BODY " ", strlen(BODY) + 1, &at, &f->e),
	    E_BAD_SIGNATURE);
	f->e = (struct err){ 0 };
	assert_int_equal(stripe_signature_check(header, SECRET, BODY, strlen(BODY) - 1, &at, &f->e),
	    E_BAD_SIGNATURE);
}

/* HMAC under an empty key could be made by anybody. */
static void
without_a_secret_nothing_fits(void **state)
{
	struct fixture *f = *state;
	const char *header = arena_printf(f->arena, "t=5,v1=%s", sign(f, "", "5", BODY));

	assert_int_equal(check(f, header, NULL), E_NOT_CONFIGURED);
	assert_int_equal(check(f, header, ""), E_NOT_CONFIGURED);
	assert_int_equal(check(f, header, " , ,,"), E_NOT_CONFIGURED);
	assert_int_equal(check(f, header, ",whsec_x"), E_BAD_SIGNATURE);
}

/* A great many signatures must not make us work for ever. */
static void
only_the_first_sixteen_signatures_count(void **state)
{
	struct fixture *f = *state;
	const char *bad = sign(f, "other", "5", BODY), *header = "t=5";

	for (int i = 0; i < 16; i++)
		header = arena_printf(f->arena, "%s,v1=%s", header, bad);
	header = arena_printf(f->arena, "%s,v1=%s", header, sign(f, SECRET, "5", BODY));
	assert_int_equal(check(f, header, SECRET), E_BAD_SIGNATURE);
}

/* ---- calls ---- */

#define ANSWER(status, headers, length, body) \
	"HTTP/1.1 " status "\r\n" headers "Content-Length: " length "\r\n\r\n" body
#define SESSION ANSWER("200 OK", "", "39", "{\"id\":\"cs_1\",\"url\":\"https://pay/cs_1\"}   ")

static void
serve(struct fixture *f, const char *const *script)
{
	f->server = server_start(script);
	f->stripe.key = "sk_test_1";
	f->stripe.base = arena_printf(f->arena, "http://127.0.0.1:%d/base", f->server->port);
}

static int
post(struct fixture *f)
{
	const struct stripe_param params[] = { { "a[b][0]", "x y&z" }, { "none", NULL }, { "c", "é" } };

	f->e = (struct err){ 0 };
	return stripe_call(f->arena, &f->stripe, "POST", "/v1/things", params, COUNT(params),
	    "key-1", &f->out, &f->e);
}

static bool
sent(const struct fixture *f, size_t i, const char *what)
{
	return strstr(f->server->requests[i], what) != NULL;
}

static void
a_post_is_sent_as_stripe_wants_it(void **state)
{
	static const char *const script[] = { ANSWER("200 OK", "", "10", "{\"id\":\"x\"}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(post(f), 0);
	assert_string_equal(json_text(f->out, "id"), "x");
	server_end(f->server);
	assert_true(sent(f, 0, "POST /base/v1/things HTTP/1.1\r\n"));
	assert_true(sent(f, 0, "\r\nAuthorization: Bearer sk_test_1\r\n"));
	assert_true(sent(f, 0, "\r\nStripe-Version: 2026-10-28.endive\r\n"));
	assert_true(sent(f, 0, "\r\nIdempotency-Key: key-1\r\n"));
	assert_true(sent(f, 0, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
	assert_true(sent(f, 0, "\r\n\r\na[b][0]=x%20y%26z&c=%C3%A9"));
}

static void
a_get_has_its_parameters_in_the_query(void **state)
{
	static const char *const script[] = { ANSWER("200 OK", "", "2", "{}"), NULL };
	const struct stripe_param params[] = { { "lookup_keys[0]", "a b" }, { "limit", "1" } };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(stripe_call(f->arena, &f->stripe, "GET", "/v1/prices", params, 2, NULL,
	    &f->out, &f->e), 0);
	server_end(f->server);
	assert_true(sent(f, 0, "GET /base/v1/prices?lookup_keys[0]=a%20b&limit=1 HTTP/1.1\r\n"));
	assert_false(sent(f, 0, "Idempotency-Key"));
}

static void
conflict_overload_and_faults_are_tried_again_under_the_same_key(void **state)
{
	static const char *const script[] = { ANSWER("409 C", "", "2", "{}"), ANSWER("429 L", "", "2", "{}"),
		ANSWER("500 F", "", "2", "{}"), ANSWER("200 OK", "", "2", "{}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(post(f), 0);
	server_end(f->server);
	assert_int_equal(f->server->served, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(sent(f, i, "\r\nIdempotency-Key: key-1\r\n"));
}

static void
stripe_says_itself_whether_to_try_again(void **state)
{
	static const char *const script[] = {
		ANSWER("400 B", "Stripe-Should-Retry: true\r\n", "2", "{}"),
		ANSWER("500 F", "Stripe-Should-Retry: false\r\n", "2", "{}"),
		ANSWER("200 OK", "", "2", "{}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(post(f), E_STRIPE_FAILED);
	server_end(f->server);
	assert_int_equal(f->server->served, 2);
}

static void
a_refusal_is_final_and_its_reason_stays_in_the_log(void **state)
{
	static const char *const script[] = { ANSWER("400 B", "Request-Id: req_7\r\n", "66",
	    "{\"error\":{\"code\":\"resource_missing\",\"message\":\"No such price: p\"}}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(post(f), E_STRIPE_FAILED);
	assert_non_null(strstr(f->e.log, "400 resource_missing No such price: p"));
	assert_non_null(strstr(f->e.log, "req_7"));
	assert_null(f->e.detail);
	server_end(f->server);
	assert_int_equal(f->server->served, 1);
}

static void
a_refused_key_means_not_configured(void **state)
{
	static const char *const script[] = { ANSWER("401 U", "", "2", "{}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	assert_int_equal(post(f), E_NOT_CONFIGURED);
	assert_null(strstr(f->e.log, "sk_test_1"));
}

static void
answers_that_are_no_json_objects_are_failures(void **state)
{
	static const char *const script[] = { ANSWER("200 OK", "", "6", "<html>"),
		ANSWER("200 OK", "", "0", ""), ANSWER("200 OK", "", "2", "[]"),
		ANSWER("302 F", "Location: /x\r\n", "2", "{}"), NULL };
	struct fixture *f = *state;

	serve(f, script);
	for (int i = 0; i < 4; i++)
		assert_int_equal(post(f), E_STRIPE_FAILED);
}

static void
nobody_there_is_a_failure(void **state)
{
	static const char *const script[] = { NULL };
	struct fixture *f = *state;

	serve(f, script);
	server_end(f->server);
	assert_int_equal(post(f), E_STRIPE_FAILED);
}

static void
without_a_key_nothing_is_sent(void **state)
{
	static const char *const script[] = { SESSION, NULL };
	static const char *const bad[] = { NULL, "", "sk_live_1", "rk_live_1", "sk_test\r\nX-Evil: 1" };
	struct fixture *f = *state;

	serve(f, script);
	for (size_t i = 0; i < COUNT(bad); i++) {
		f->stripe.key = bad[i];
		assert_int_equal(post(f), E_NOT_CONFIGURED);
	}
	server_end(f->server);
	assert_int_equal(f->server->connections, 0);
}

static int
checkout(struct fixture *f, const struct stripe_checkout *c, struct stripe_session *s)
{
	f->e = (struct err){ 0 };
	return stripe_checkout_create(f->arena, &f->stripe, c, s, &f->e);
}

static void
a_payment_is_tied_to_order_price_and_user(void **state)
{
	static const char *const script[] = { SESSION, NULL };
	static const struct stripe_checkout c = { .order = "o-1", .mode = "payment", .price = "price_1",
		.user = "u-1", .email = "a@b.c", .success_url = "http://x/success?session_id={CHECKOUT_SESSION_ID}",
		.cancel_url = "http://x/pricing" };
	struct fixture *f = *state;
	struct stripe_session s;

	serve(f, script);
	assert_int_equal(checkout(f, &c, &s), 0);
	assert_string_equal(s.id, "cs_1");
	assert_string_equal(s.url, "https://pay/cs_1");
	server_end(f->server);
	assert_true(sent(f, 0, "POST /base/v1/checkout/sessions "));
	assert_true(sent(f, 0, "\r\nIdempotency-Key: checkout-o-1\r\n"));
	assert_true(sent(f, 0, "mode=payment&line_items[0][price]=price_1&line_items[0][quantity]=1&"));
	assert_true(sent(f, 0, "success_url=http%3A%2F%2Fx%2Fsuccess%3Fsession_id%3D%7BCHECKOUT_SESSION_ID%7D&"));
	assert_true(sent(f, 0, "&client_reference_id=u-1&"));
	assert_true(sent(f, 0, "&customer_email=a%40b.c&customer_creation=always&"));
	assert_true(sent(f, 0, "&metadata[order_id]=o-1&metadata[price_id]=price_1&metadata[user_id]=u-1&"));
	assert_true(sent(f, 0, "&payment_intent_data[metadata][order_id]=o-1&"));
}

static void
a_subscription_of_a_known_customer_is_tied_likewise(void **state)
{
	static const char *const script[] = { SESSION, NULL };
	static const struct stripe_checkout c = { .order = "o-2", .mode = "subscription", .price = "price_2",
		.customer = "cus_1", .email = "a@b.c", .success_url = "http://x/s", .cancel_url = "http://x/c" };
	struct fixture *f = *state;
	struct stripe_session s;

	serve(f, script);
	assert_int_equal(checkout(f, &c, &s), 0);
	server_end(f->server);
	assert_true(sent(f, 0, "&customer=cus_1&"));
	assert_true(sent(f, 0, "&subscription_data[metadata][order_id]=o-2&"));
	assert_false(sent(f, 0, "customer_email"));
	assert_false(sent(f, 0, "customer_creation"));
	assert_false(sent(f, 0, "payment_intent_data"));
	assert_false(sent(f, 0, "user_id"));
}

static void
a_session_without_address_is_a_failure(void **state)
{
	static const char *const script[] = { ANSWER("200 OK", "", "13", "{\"id\":\"cs_1\"}"), NULL };
	static const struct stripe_checkout c = { .order = "o", .mode = "payment", .price = "p",
		.success_url = "http://x/s", .cancel_url = "http://x/c" };
	struct fixture *f = *state;
	struct stripe_session s;

	serve(f, script);
	assert_int_equal(checkout(f, &c, &s), E_STRIPE_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_of_stripes_own_library_fits),
		TEST(any_signature_under_any_secret_is_enough),
		TEST(what_cannot_be_read_is_passed_over),
		TEST(headers_without_a_good_v1_are_refused),
		TEST(upper_case_hex_is_refused_as_by_stripe_node),
		TEST(a_changed_body_is_refused),
		TEST(without_a_secret_nothing_fits),
		TEST(only_the_first_sixteen_signatures_count),
		TEST(a_post_is_sent_as_stripe_wants_it),
		TEST(a_get_has_its_parameters_in_the_query),
		TEST(conflict_overload_and_faults_are_tried_again_under_the_same_key),
		TEST(stripe_says_itself_whether_to_try_again),
		TEST(a_refusal_is_final_and_its_reason_stays_in_the_log),
		TEST(a_refused_key_means_not_configured),
		TEST(answers_that_are_no_json_objects_are_failures),
		TEST(nobody_there_is_a_failure),
		TEST(without_a_key_nothing_is_sent),
		TEST(a_payment_is_tied_to_order_price_and_user),
		TEST(a_subscription_of_a_known_customer_is_tied_likewise),
		TEST(a_session_without_address_is_a_failure),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
