/* SPDX-License-Identifier: MIT */
#include "common/stripe.h"

#include <stdbool.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/util.h"

#define SIGNATURES 16	/* v1 signatures looked at */
#define SECRETS 8	/* signing secrets looked at */
#define TIME_DIGITS 12	/* of t; more would be beyond the year 33658 */

/* ---- signatures ----------------------------------------------------------- */

struct signature_header {
	struct str time;	/* the digits as sent: they are part of what is signed */
	int64_t signed_at;
	unsigned char v1[SIGNATURES][SHA256_SIZE];
	size_t count;
};

/* Cuts the next comma separated item off *list; false when none is left. */
static bool
item_next(const char **list, struct str *item)
{
	if (**list == '\0')
		return false;
	item->p = *list;
	item->n = strcspn(*list, ",");
	*list += item->n;
	if (**list == ',')
		(*list)++;
	return true;
}

static bool
time_parse(struct str text, int64_t *out)
{
	if (text.n == 0 || text.n > TIME_DIGITS)
		return false;
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*out = *out * 10 + (text.p[i] - '0');
	}
	return true;
}

/* stripe-node takes the last of two t; a header of Stripe's has one, so two are
 * refused here. */
static bool
header_parse(const char *header, struct signature_header *h)
{
	struct str item;

	h->time = (struct str){ NULL, 0 };
	h->count = 0;
	while (item_next(&header, &item)) {
		if (item.n > 2 && memcmp(item.p, "t=", 2) == 0) {
			struct str digits = { item.p + 2, item.n - 2 };

			if (h->time.p != NULL || !time_parse(digits, &h->signed_at))
				return false;
			h->time = digits;
		} else if (item.n > 3 && memcmp(item.p, "v1=", 3) == 0 &&
		    h->count < SIGNATURES) {
			struct str hex = { item.p + 3, item.n - 3 };

			h->count += hex_decode(h->v1[h->count], SHA256_SIZE, hex);
		}
	}
	return h->time.p != NULL && h->count > 0;
}

/* Looks at every signature even after one fits: the time taken says nothing. */
static bool
signature_fits(const struct signature_header *h, struct str secret, struct str body)
{
	struct str parts[] = { h->time, { ".", 1 }, body };
	unsigned char mac[SHA256_SIZE];
	bool fits = false;

	hmac_sha256(mac, secret, parts, COUNT(parts));
	for (size_t i = 0; i < h->count; i++)
		fits |= secret_equal((struct str){ (const char *)mac, sizeof mac },
		    (struct str){ (const char *)h->v1[i], SHA256_SIZE });
	return fits;
}

static struct str
trimmed(struct str s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
		s = (struct str){ s.p + 1, s.n - 1 };
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

int
stripe_signature_check(const char *header, const char *secrets_csv,
    const char *body, size_t n, int64_t *signed_at, struct err *e)
{
	struct signature_header h;
	struct str secret;
	size_t secrets = 0;
	bool fits = false;

	if (header == NULL || !header_parse(header, &h))
		return err_set(e, E_BAD_SIGNATURE, "Stripe-Signature missing or unreadable");
	while (secrets_csv != NULL && secrets < SECRETS && item_next(&secrets_csv, &secret)) {
		secret = trimmed(secret);
		if (secret.n == 0)	/* an empty key would be known to everybody */
			continue;
		secrets++;
		fits |= signature_fits(&h, secret, (struct str){ body, n });
	}
	if (secrets == 0)
		return err_set(e, E_NOT_CONFIGURED, "no STRIPE_WEBHOOK_SIGNING_SECRET");
	if (!fits)
		return err_set(e, E_BAD_SIGNATURE, "no v1 of Stripe-Signature fits");
	*signed_at = h.signed_at;
	return 0;
}

/* ---- calls ---------------------------------------------------------------- */

/* name=value&…; the brackets of nested names stay as they are, as in Stripe's own
 * libraries. */
static const char *
params_encode(struct arena *a, const struct stripe_param *params, size_t count)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < count; i++) {
		if (params[i].value == NULL)
			continue;
		if (b.n > 0)
			buf_str(&b, "&");
		buf_str(&b, params[i].name);
		buf_str(&b, "=");
		buf_url(&b, params[i].value);
	}
	return buf_text(&b);
}

bool
stripe_again(struct arena *a, const struct fetch_result *r)
{
	const char *should = fetch_header(a, r, "Stripe-Should-Retry");

	if (should != NULL && strcmp(should, "true") == 0)
		return true;
	if (should != NULL && strcmp(should, "false") == 0)
		return false;
	return r->status == 409 || r->status == 429 || r->status >= 500;
}

static int
answer_error(struct arena *a, const struct fetch_result *r, struct json_object *body,
    const char *path, struct err *e)
{
	struct json_object *error = json_member(body, "error");
	const char *message = json_text(error, "message"), *code = json_text(error, "code");
	const char *id = fetch_header(a, r, "Request-Id");

	return err_set(e, r->status == 401 ? E_NOT_CONFIGURED : E_STRIPE_FAILED,
	    "Stripe %s: %ld %s %s (%s)", path, r->status, code == NULL ? "" : code,
	    message == NULL ? "" : message, id == NULL ? "no request id" : id);
}

/* A live key must not travel in the clear, whatever STRIPE_API_BASE says. */
static bool
key_exposed(const char *key, const char *base)
{
	bool live = strncmp(key, "sk_live_", 8) == 0 || strncmp(key, "rk_live_", 8) == 0;

	return live && strncmp(base, "https://", 8) != 0;
}

static bool
header_safe(const char *s)
{
	return s == NULL || (strpbrk(s, "\r\n") == NULL && strlen(s) <= 255);
}

static int
answer_read(struct arena *a, const struct fetch_result *r, const char *path,
    struct json_object **out, struct err *e)
{
	struct err unreadable = { 0 };
	int rc;

	*out = NULL;
	rc = json_parse(a, r->body.p, r->body.n, JSON_DEPTH, out, &unreadable);
	if (r->status < 200 || r->status > 299)
		return answer_error(a, r, *out, path, e);
	if (rc < 0)
		return err_set(e, E_STRIPE_FAILED, "Stripe %s: %s", path, unreadable.log);
	return 0;
}

int
stripe_request(struct arena *a, const struct stripe *s, const char *method,
    const char *path, const struct stripe_param *params, size_t count,
    const char *idempotency_key, struct fetch_request *q, struct err *e)
{
	const char *base = s->base == NULL || *s->base == '\0' ? STRIPE_API_BASE : s->base;
	const char *form = params_encode(a, params, count);
	const char **headers = arena_alloc(a, 5 * sizeof *headers);
	bool get = strcmp(method, "GET") == 0;

	if (s->key == NULL || *s->key == '\0')
		return err_set(e, E_NOT_CONFIGURED, "no STRIPE_SECRET_KEY");
	if (!header_safe(s->key) || key_exposed(s->key, base))
		return err_set(e, E_NOT_CONFIGURED, "STRIPE_SECRET_KEY unfit for %s", base);
	if (!header_safe(idempotency_key))
		return err_set(e, E_INTERNAL, "unfit idempotency key");
	*q = (struct fetch_request){ .method = method, .headers = headers, .attempt_ms = 8000,
	    .max_bytes = (size_t)4 << 20, .again = stripe_again,
	    .idempotent = get || idempotency_key != NULL };
	headers[0] = "Stripe-Version: " STRIPE_VERSION;
	headers[1] = arena_printf(a, "Authorization: Bearer %s", s->key);
	if (get) {
		q->url = arena_printf(a, "%s%s%s%s", base, path, *form != '\0' ? "?" : "", form);
		return 0;
	}
	q->url = arena_printf(a, "%s%s", base, path);
	q->body = (struct str){ form, strlen(form) };
	headers[2] = "Content-Type: application/x-www-form-urlencoded";
	if (idempotency_key != NULL)
		headers[3] = arena_printf(a, "Idempotency-Key: %s", idempotency_key);
	return 0;
}

int
stripe_call(struct arena *a, const struct stripe *s, const char *method,
    const char *path, const struct stripe_param *params, size_t count,
    const char *idempotency_key, struct json_object **out, struct err *e)
{
	struct fetch_request q;
	struct err lost = { 0 };
	struct fetch_result r;
	int rc;

	rc = stripe_request(a, s, method, path, params, count, idempotency_key, &q, e);
	if (rc < 0)
		return rc;
	q.retries = 3;
	if (fetch(a, &q, &r, &lost) < 0)
		return err_set(e, E_STRIPE_FAILED, "Stripe %s: %s", path, lost.log);
	return answer_read(a, &r, path, out, e);
}

int
stripe_checkout_create(struct arena *a, const struct stripe *s,
    const struct stripe_checkout *c, struct stripe_session *out, struct err *e)
{
	bool once = strcmp(c->mode, "payment") == 0;
	/* What is bought is written on everything that Stripe makes of it, so that
	 * each later event tells whose it is. */
	const char *target = once ? "payment_intent_data" : "subscription_data";
	const struct stripe_param params[] = {
		{ "mode", c->mode },
		{ "line_items[0][price]", c->price },
		{ "line_items[0][quantity]", "1" },
		{ "success_url", c->success_url },
		{ "cancel_url", c->cancel_url },
		{ "client_reference_id", c->user },
		{ "customer", c->customer },
		{ "customer_email", c->customer == NULL ? c->email : NULL },
		{ "customer_creation", once && c->customer == NULL ? "always" : NULL },
		{ "metadata[order_id]", c->order },
		{ "metadata[price_id]", c->price },
		{ "metadata[user_id]", c->user },
		{ arena_printf(a, "%s[metadata][order_id]", target), c->order },
		{ arena_printf(a, "%s[metadata][price_id]", target), c->price },
		{ arena_printf(a, "%s[metadata][user_id]", target), c->user },
	};
	struct json_object *session = NULL;
	int rc;

	rc = stripe_call(a, s, "POST", "/v1/checkout/sessions", params, COUNT(params),
	    arena_printf(a, "checkout-%s", c->order), &session, e);
	if (rc < 0)
		return rc;
	out->id = json_text(session, "id");
	out->url = json_text(session, "url");
	if (out->id == NULL || out->url == NULL)
		return err_set(e, E_STRIPE_FAILED, "Stripe: a session without id or url");
	return 0;
}
