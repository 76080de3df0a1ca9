/* SPDX-License-Identifier: MIT */
/* Stripe: signatures of its webhooks, and the REST calls that we make. */
#ifndef GATEHOUSE_STRIPE_H
#define GATEHOUSE_STRIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct json_object;

/* The API version whose shapes we send and expect: that of stripe-node 23.1.0. */
#define STRIPE_VERSION "2026-10-28.endive"
#define STRIPE_API_BASE "https://api.stripe.com"

/* Checks a Stripe-Signature header (docs.stripe.com/webhooks: t=<unix seconds>,
 * v1=<hex HMAC-SHA256 of "t.body">, more v1 while a secret rolls) over the n raw
 * bytes of the body against each of the comma separated signing secrets.  Schemes
 * other than v1 and signatures that cannot be read are passed over.  *signed_at is
 * t; how old it may be is judged by the database's clock.
 * Returns 0; E_BAD_SIGNATURE; E_NOT_CONFIGURED when there is no secret. */
int stripe_signature_check(const char *header, const char *secrets_csv,
    const char *body, size_t n, int64_t *signed_at, struct err *e);

/* Where calls go and with which key. */
struct stripe {
	const char *key;	/* STRIPE_SECRET_KEY; NULL or "": not configured */
	const char *base;	/* STRIPE_API_BASE; NULL or "": STRIPE_API_BASE above */
};

/* One parameter as Stripe names it, e.g. "line_items[0][price]"; a NULL value
 * leaves it out. */
struct stripe_param {
	const char *name, *value;
};

/* One call: method GET or POST, path from "/v1/".  The parameters go into the
 * query or a form.  idempotency_key (≤ 255 characters) is needed with POST: the
 * call is repeated under it after a lost connection, 409, 429 or 5xx, as
 * Stripe-Should-Retry and Retry-After say, for at most 15 s in all.
 * *out is the answer, owned by the arena.  Returns 0; E_NOT_CONFIGURED without a
 * key or with one that Stripe refuses (401); E_STRIPE_FAILED otherwise.  Stripe's
 * own message is only in e->log. */
int stripe_call(struct arena *a, const struct stripe *s, const char *method,
    const char *path, const struct stripe_param *params, size_t count,
    const char *idempotency_key, struct json_object **out, struct err *e);

/* Makes that call's request for somebody else to send: everything of it in the
 * arena.  0 or E_NOT_CONFIGURED, E_INTERNAL as above. */
struct fetch_request;
int stripe_request(struct arena *a, const struct stripe *s, const char *method,
    const char *path, const struct stripe_param *params, size_t count,
    const char *idempotency_key, struct fetch_request *q, struct err *e);

/* Whether sending the same once more may go better: Stripe-Should-Retry when it is
 * there (as in stripe-node's RequestSender._shouldRetry), else 409 (a concurrent
 * request under the same key), 429 and 5xx. */
struct fetch_result;
bool stripe_again(struct arena *a, const struct fetch_result *r);

/* What one purchase is about; members marked * must be set. */
struct stripe_checkout {
	const char *order;		/* * our order's id: metadata.order_id and the idempotency key */
	const char *mode;		/* * payment or subscription */
	const char *price;		/* * Stripe's price id */
	const char *user;		/* our user's id, when known */
	const char *customer;		/* Stripe's customer id, when known */
	const char *email;		/* fills the form in, when no customer is known */
	const char *success_url, *cancel_url;	/* * {CHECKOUT_SESSION_ID} is Stripe's to fill in */
};

struct stripe_session {
	const char *id, *url;		/* cs_…, the page to pay on; owned by the arena */
};

/* Creates a Checkout Session for one piece of the price.  Called again for the
 * same order it gives the same session.  Returns as stripe_call(). */
int stripe_checkout_create(struct arena *a, const struct stripe *s,
    const struct stripe_checkout *c, struct stripe_session *out, struct err *e);

#endif
