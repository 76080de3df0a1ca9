/* SPDX-License-Identifier: MIT */
#include "common/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"

#define CONNECT_MS 3000
#define TOTAL_MS 15000
#define PAUSE_MS 250u			/* before the first further attempt; doubles */
#define BODY_BYTES ((size_t)1 << 20)
#define HEADER_BYTES ((size_t)64 << 10)

/* One attempt. */
struct attempt {
	struct buf body, headers;
	size_t max_bytes;
	bool too_large;
	bool cut, cut_off;	/* whether what is too large may be left out, and was */
	char error[CURL_ERROR_SIZE];
	bool sent;		/* the request may have reached the other side */
	struct curl_slist *lines;	/* headers of the request */
	CURLcode code;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t handle_key;

static void
handle_free(void *h)
{
	curl_easy_cleanup(h);
}

static void
fetch_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
	    pthread_key_create(&handle_key, handle_free) != 0)
		abort();
}

/* This thread's handle with its open connections, all options at their defaults. */
static CURL *
handle_get(void)
{
	CURL *h;

	pthread_once(&once, fetch_init);
	h = pthread_getspecific(handle_key);
	if (h == NULL) {
		h = curl_easy_init();
		if (h == NULL || pthread_setspecific(handle_key, h) != 0)
			abort();
	}
	curl_easy_reset(h);
	return h;
}

static int64_t
now_ms(void)
{
	return (int64_t)(micros_now() / 1000);
}

static void
pause_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	/* A signal asks the program to end after this request, not to hurry. */
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) != 0)
		;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct attempt *t = arg;

	n *= size;
	t->cut_off = t->cut && n > t->max_bytes - t->body.n;
	t->too_large = !t->cut && n > t->max_bytes - t->body.n;
	if (t->too_large || t->cut_off)
		return 0;
	buf_add(&t->body, p, n);
	return n;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct attempt *t = arg;

	n *= size;
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)	/* after a 100 Continue another block begins */
		t->headers.n = 0;
	t->too_large = n > HEADER_BYTES - t->headers.n;
	if (t->too_large)
		return 0;
	buf_add(&t->headers, p, n);
	return n;
}

static struct curl_slist *
header_list(const char *const *headers)
{
	/* No "Expect: 100-continue": it only costs a round trip. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer;

	for (; headers != NULL && *headers != NULL; headers++) {
		longer = curl_slist_append(list, *headers);
		if (longer == NULL)
			abort();
		list = longer;
	}
	return list;
}

static void
set_request(CURL *h, const struct fetch_request *q)
{
	const char *method = q->method == NULL ? "GET" : q->method;

	curl_easy_setopt(h, CURLOPT_URL, q->url);
	if (strcmp(method, "GET") != 0) {
		curl_easy_setopt(h, CURLOPT_POST, 1L);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, q->body.p == NULL ? "" : q->body.p);
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
	}
}

static void
set_limits(CURL *h, const struct fetch_request *q, int64_t left_ms)
{
	long connect = q->connect_ms > 0 ? q->connect_ms : CONNECT_MS;
	long total = left_ms < 1 ? 1 : (long)left_ms;

	if (q->attempt_ms > 0 && q->attempt_ms < total)
		total = q->attempt_ms;
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, connect < total ? connect : total);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, total);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "Gatehouse");
}

static void
set_answer(CURL *h, struct attempt *t)
{
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, t->error);
}

/* Makes the handle ready to perform. */
static void
attempt_begin(struct attempt *t, CURL *h, struct arena *a, const struct fetch_request *q,
    int64_t left_ms)
{
	*t = (struct attempt){ .max_bytes = q->max_bytes > 0 ? q->max_bytes : BODY_BYTES,
		.cut = q->cut, .lines = header_list(q->headers) };
	buf_init(&t->body, a);
	buf_init(&t->headers, a);
	set_request(h, q);
	set_limits(h, q, left_ms);
	set_answer(h, t);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, t->lines);
}

/* What came of it; the handle outlives *t. */
static void
attempt_end(struct attempt *t, CURL *h, CURLcode code, struct fetch_result *r)
{
	curl_off_t sent_at = 0;

	t->code = t->cut_off ? CURLE_OK : code;
	curl_easy_getinfo(h, CURLINFO_PRETRANSFER_TIME_T, &sent_at);
	t->sent = sent_at > 0;
	r->status = 0;
	if (t->code == CURLE_OK)
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(t->lines);
	r->body = (struct str){ buf_text(&t->body), t->body.n };
	r->headers = (struct str){ buf_text(&t->headers), t->headers.n };
	r->attempts++;
}

static void
attempt_run(struct arena *a, const struct fetch_request *q, int64_t left_ms,
    struct attempt *t, struct fetch_result *r)
{
	CURL *h = handle_get();

	attempt_begin(t, h, a, q, left_ms);
	attempt_end(t, h, curl_easy_perform(h), r);
}

/* Whether sending the same again may go better. */
static bool
attempt_again(struct arena *a, const struct fetch_request *q, const struct attempt *t,
    const struct fetch_result *r)
{
	switch (t->code) {
	case CURLE_OK:
		if (!q->idempotent)
			return false;
		return q->again != NULL ? q->again(a, r) : r->status == 429 || r->status >= 500;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_WRITE_ERROR:
		return false;
	default:
		return q->idempotent || !t->sent;
	}
}

/* Between half and the whole of a pause that doubles, or what Retry-After asks. */
static int64_t
pause_choose(struct arena *a, const struct fetch_result *r)
{
	const char *text = fetch_header(a, r, "Retry-After");
	long asked = text == NULL ? 0 : strtol(text, NULL, 10);
	unsigned doublings = r->attempts - 1 < 4 ? r->attempts - 1 : 4;
	unsigned ms = PAUSE_MS << doublings;

	ms = ms / 2 + random_below(ms / 2 + 1);
	if (asked > 0 && asked <= 86400)
		return asked * 1000 + ms;
	return ms;
}

static int
attempt_error(const struct attempt *t, struct err *e)
{
	if (t->code == CURLE_OK)
		return 0;
	if (t->too_large)
		return err_set(e, E_UNAVAILABLE, "fetch: the answer is too large");
	return err_set(e, E_UNAVAILABLE, "fetch: %s",
	    t->error[0] != '\0' ? t->error : curl_easy_strerror(t->code));
}

int
fetch(struct arena *a, const struct fetch_request *q, struct fetch_result *r, struct err *e)
{
	int64_t deadline = now_ms() + (q->total_ms > 0 ? q->total_ms : TOTAL_MS), wait;
	struct attempt t;

	*r = (struct fetch_result){ 0 };
	for (;;) {
		attempt_run(a, q, deadline - now_ms(), &t, r);
		if (r->attempts > q->retries || !attempt_again(a, q, &t, r))
			break;
		wait = pause_choose(a, r);
		if (now_ms() + wait >= deadline)
			break;
		pause_ms(wait);
	}
	return attempt_error(&t, e);
}

/* ---- many at once ---------------------------------------------------------- */

#define CONNECTIONS 256L	/* kept open between requests */
#define FDS_MAX 8		/* that fetch_multi_wait() watches for its caller */

/* One request in flight, in the arena of its caller. */
struct flight {
	struct attempt attempt;
	CURL *handle;
	void *tag;
	struct flight *prev, *next;
};

struct fetch_multi {
	CURLM *curl;
	struct flight *flights;
	int count;		/* of flights */
};

struct fetch_multi *
fetch_multi_new(void)
{
	struct fetch_multi *m = calloc(1, sizeof *m);

	pthread_once(&once, fetch_init);
	if (m == NULL || (m->curl = curl_multi_init()) == NULL)
		abort();
	curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, CONNECTIONS);
	return m;
}

void
fetch_multi_add(struct fetch_multi *m, struct arena *a, const struct fetch_request *q, void *tag)
{
	struct flight *f = arena_alloc(a, sizeof *f);

	f->tag = tag;
	f->handle = curl_easy_init();
	if (f->handle == NULL)
		abort();
	attempt_begin(&f->attempt, f->handle, a, q, q->total_ms > 0 ? q->total_ms : TOTAL_MS);
	curl_easy_setopt(f->handle, CURLOPT_PRIVATE, f);
	if (curl_multi_add_handle(m->curl, f->handle) != CURLM_OK)
		abort();
	f->next = m->flights;
	if (f->next != NULL)
		f->next->prev = f;
	m->flights = f;
	m->count++;
}

static void
flight_end(struct fetch_multi *m, struct flight *f, CURLcode code, struct fetch_result *r)
{
	*r = (struct fetch_result){ 0 };
	m->count--;
	curl_multi_remove_handle(m->curl, f->handle);
	attempt_end(&f->attempt, f->handle, code, r);
	curl_easy_cleanup(f->handle);
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		m->flights = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
}

void
fetch_multi_free(struct fetch_multi *m)
{
	struct fetch_result none;

	while (m->flights != NULL)
		flight_end(m, m->flights, CURLE_ABORTED_BY_CALLBACK, &none);
	curl_multi_cleanup(m->curl);
	free(m);
}

void
fetch_multi_wait(struct fetch_multi *m, const int *fds, size_t n, int timeout_ms)
{
	struct curl_waitfd watched[FDS_MAX];
	unsigned count = 0;
	int running;

	curl_multi_perform(m->curl, &running);
	if (running < m->count)		/* something is done already */
		timeout_ms = 0;
	for (size_t i = 0; i < n && count < FDS_MAX; i++)
		if (fds[i] >= 0)
			watched[count++] = (struct curl_waitfd){ .fd = fds[i], .events = CURL_WAIT_POLLIN };
	curl_multi_poll(m->curl, watched, count, timeout_ms, NULL);
	curl_multi_perform(m->curl, &running);
}

void *
fetch_multi_next(struct fetch_multi *m, struct fetch_result *r, struct err *e)
{
	struct flight *f = NULL;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(m->curl, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		flight_end(m, f, message->data.result, r);
		attempt_error(&f->attempt, e);
		return f->tag;
	}
	return NULL;
}

const char *
fetch_header(struct arena *a, const struct fetch_result *r, const char *name)
{
	size_t n = strlen(name);
	const char *p = r->headers.p, *end = p + r->headers.n, *eol;

	for (; r->headers.n > 0 && p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			eol = end;
		if ((size_t)(eol - p) <= n || p[n] != ':' || strncasecmp(p, name, n) != 0)
			continue;
		p += n + 1;
		while (p < eol && (*p == ' ' || *p == '\t'))
			p++;
		while (eol > p && strchr(" \t\r\n", eol[-1]) != NULL)
			eol--;
		return arena_strndup(a, p, (size_t)(eol - p));
	}
	return NULL;
}
