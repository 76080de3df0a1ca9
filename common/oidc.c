/* SPDX-License-Identifier: MIT */
#include "common/oidc.h"

#include <json-c/json_object.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/jwks.h"
#include "common/jwt.h"

#define KEYS_FRESH (3600ULL * 1000000)	/* microseconds that keys are kept */
#define KEYS_PAUSE (60ULL * 1000000)	/* least pause between two questions for an unknown key */
#define ANSWER_MS 8000			/* for an answer of the provider */

/* ---- what ties a sign-in together ------------------------------------------ */

/* HMAC-SHA256 gives 32 bytes, base64url 43 characters: within the 43 to 128 of a
 * verifier (RFC 7636 section 4.1). */
static const char *
derived(struct arena *a, const char *browser, const char *use, const char *state)
{
	struct str parts[] = { { use, strlen(use) }, { state, strlen(state) } };
	unsigned char mac[SHA256_SIZE];

	hmac_sha256(mac, (struct str){ browser, strlen(browser) }, parts, COUNT(parts));
	return base64url_encode(a, mac, sizeof mac);
}

struct oidc_login
oidc_login(struct arena *a, const char *browser, const char *state)
{
	return (struct oidc_login){ .state = state, .nonce = derived(a, browser, "nonce ", state),
		.verifier = derived(a, browser, "verifier ", state) };
}

static const char *
challenge(struct arena *a, const char *verifier)
{
	unsigned char hash[SHA256_SIZE];

	hex_decode(hash, sizeof hash, (struct str){ sha256_hex(a, verifier, strlen(verifier)), 2 * SHA256_SIZE });
	return base64url_encode(a, hash, sizeof hash);
}

static void
pair_add(struct buf *b, const char *name, const char *value)
{
	buf_str(b, name);
	buf_str(b, "=");
	buf_url(b, value);
}

const char *
oidc_address(struct arena *a, const struct oidc *o, const struct oidc_login *l, const char *scope)
{
	struct buf b;

	buf_init(&b, a);
	buf_str(&b, o->base);
	pair_add(&b, "/auth?response_type=code&client_id", o->client);
	pair_add(&b, "&redirect_uri", o->redirect);
	pair_add(&b, "&scope", scope);
	pair_add(&b, "&state", l->state);
	pair_add(&b, "&nonce", l->nonce);
	pair_add(&b, "&code_challenge_method=S256&code_challenge", challenge(a, l->verifier));
	return buf_text(&b);
}

/* ---- the provider's keys ---------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	char *base, *text;	/* whose, and the answer as it came */
	uint64_t at;		/* when, micros_now() */
} keys = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int
json_fetch(struct arena *a, const struct fetch_request *q, long *status, struct json_object **out,
    struct err *e)
{
	struct err why = { 0 };
	struct fetch_result r;

	if (fetch(a, q, &r, &why) < 0)
		return err_set(e, E_SIGN_IN_UNAVAILABLE, "%s", why.log);
	*status = r.status;
	if (r.status >= 500 || r.status == 429)
		return err_set(e, E_SIGN_IN_UNAVAILABLE, "%s: HTTP %ld", q->url, r.status);
	if (json_parse(a, r.body.p, r.body.n, JSON_DEPTH, out, &why) < 0)
		return err_set(e, E_SIGN_IN_UNAVAILABLE, "%s: no JSON, HTTP %ld", q->url, r.status);
	return 0;
}

static int
keys_ask(struct arena *a, const struct oidc *o, struct json_object **set, struct err *e)
{
	struct fetch_request q = {
		.url = arena_printf(a, "%s/.well-known/jwks.json", o->base),
		.total_ms = ANSWER_MS, .retries = 1, .idempotent = true,
	};
	long status;
	int rc = json_fetch(a, &q, &status, set, e);

	if (rc == 0 && status != 200)
		rc = err_set(e, E_SIGN_IN_UNAVAILABLE, "%s: HTTP %ld", q.url, status);
	return rc;
}

/* What is kept, when it is of this provider and younger than that. */
static bool
keys_kept(struct arena *a, const struct oidc *o, uint64_t age, struct json_object **set)
{
	const char *text = NULL;
	struct err ignored = { 0 };

	pthread_mutex_lock(&keys.lock);
	if (keys.text != NULL && strcmp(keys.base, o->base) == 0 && micros_now() - keys.at < age)
		text = arena_strdup(a, keys.text);
	pthread_mutex_unlock(&keys.lock);
	return text != NULL && json_parse(a, text, strlen(text), JSON_DEPTH, set, &ignored) == 0;
}

static void
keys_keep(struct arena *a, const struct oidc *o, struct json_object *set)
{
	char *base = strdup(o->base), *text = strdup(json_write(a, set));

	if (base == NULL || text == NULL)
		abort();
	pthread_mutex_lock(&keys.lock);
	free(keys.base);
	free(keys.text);
	keys.base = base;
	keys.text = text;
	keys.at = micros_now();
	pthread_mutex_unlock(&keys.lock);
}

/* *key is NULL when the provider has none of that name. */
static int
key_find(struct arena *a, const struct oidc *o, const char *kid, const struct json_object **key,
    struct err *e)
{
	struct json_object *set;
	int rc;

	*key = keys_kept(a, o, KEYS_FRESH, &set) ? jwks_find(set, kid) : NULL;
	if (*key != NULL || keys_kept(a, o, KEYS_PAUSE, &set))
		return 0;
	rc = keys_ask(a, o, &set, e);
	if (rc < 0)
		return rc;
	keys_keep(a, o, set);
	*key = jwks_find(set, kid);
	return 0;
}

/* ---- the id token ----------------------------------------------------------- */

/* aud is our client id, alone or as the only one of a list: a token that is meant
 * for others too could come from them. */
static bool
audience_is(const struct json_object *claims, const char *client)
{
	struct json_object *aud = json_member(claims, "aud");

	if (json_object_is_type(aud, json_type_array) && json_object_array_length(aud) == 1)
		aud = json_object_array_get_idx(aud, 0);
	if (json_object_is_type(aud, json_type_int))
		return strcmp(json_object_to_json_string(aud), client) == 0;
	return json_object_is_type(aud, json_type_string) &&
	    strcmp(json_object_get_string(aud), client) == 0;
}

static bool
text_is(const struct json_object *claims, const char *name, const char *value)
{
	const char *text = json_text(claims, name);

	return text != NULL && strcmp(text, value) == 0;
}

static const char *
claims_fault(const struct oidc *o, const char *nonce, const struct json_object *c)
{
	if (!text_is(c, "iss", o->base))
		return "iss";
	if (!audience_is(c, o->client))
		return "aud";
	if (!text_is(c, "nonce", nonce))
		return "nonce";
	if (!jwt_is_date(json_member(c, "exp")) || !jwt_is_date(json_member(c, "iat")))
		return "exp or iat";
	return NULL;
}

/* "none", HS256 and all the rest are refused before a key is looked for. */
static const char *
header_alg(const struct json_object *header)
{
	const char *alg = json_text(header, "alg");
	struct json_object *crit;

	if (alg == NULL || json_object_object_get_ex(header, "crit", &crit))
		return NULL;
	return strcmp(alg, "RS256") == 0 || strcmp(alg, "ES256") == 0 ? alg : NULL;
}

int
oidc_verify(struct arena *a, const struct oidc *o, const char *nonce, const char *token, size_t n,
    struct json_object **claims, struct err *e)
{
	const struct json_object *key;
	struct json_object *header;
	const char *alg, *fault;
	struct str signature;
	struct jwt t;
	int rc;

	if (n > OIDC_TOKEN_SIZE || !jwt_split(&t, token, n) || !jwt_segment(a, t.header, &header) ||
	    !base64url_decode(a, t.mac, &signature))
		return err_set(e, E_SIGN_IN_FAILED, "id token: %zu bytes that are no token", n);
	alg = header_alg(header);
	if (alg == NULL)
		return err_set(e, E_SIGN_IN_FAILED, "id token: header not acceptable");
	rc = key_find(a, o, json_text(header, "kid"), &key, e);
	if (rc < 0)
		return rc;
	if (key == NULL || !jwks_verify(key, alg, t.signed_part, signature))
		return err_set(e, E_SIGN_IN_FAILED, "id token: %s", key == NULL ? "unknown key" : "wrong signature");
	if (!jwt_segment(a, t.claims, claims))
		return err_set(e, E_SIGN_IN_FAILED, "id token: claims are no object");
	fault = claims_fault(o, nonce, *claims);
	return fault == NULL ? 0 : err_set(e, E_SIGN_IN_FAILED, "id token: wrong %s", fault);
}

/* ---- the code --------------------------------------------------------------- */

/* RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
static const char *
basic_header(struct arena *a, const struct oidc *o)
{
	struct buf b;

	buf_init(&b, a);
	buf_url(&b, o->client);
	buf_str(&b, ":");
	buf_url(&b, o->secret);
	return arena_printf(a, "Authorization: Basic %s", base64_encode(a, b.p, b.n));
}

static int
token_ask(struct arena *a, const struct oidc *o, const struct oidc_login *l, const char *code,
    struct json_object **answer, long *status, struct err *e)
{
	const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", basic_header(a, o), NULL };
	struct fetch_request q = { .method = "POST", .url = arena_printf(a, "%s/token", o->base),
		.headers = headers, .total_ms = ANSWER_MS };
	struct buf b;

	buf_init(&b, a);
	pair_add(&b, "grant_type=authorization_code&code", code);
	pair_add(&b, "&redirect_uri", o->redirect);
	pair_add(&b, "&client_id", o->client);
	pair_add(&b, "&code_verifier", l->verifier);
	q.body = (struct str){ b.p, b.n };
	return json_fetch(a, &q, status, answer, e);
}

int
oidc_claims(struct arena *a, const struct oidc *o, const struct oidc_login *l, const char *code,
    struct json_object **claims, struct err *e)
{
	struct json_object *answer;
	const char *token, *error;
	long status;
	int rc = token_ask(a, o, l, code, &answer, &status, e);

	if (rc < 0)
		return rc;
	token = json_text(answer, "id_token");
	error = json_text(answer, "error");
	if (status == 200 && token != NULL)
		return oidc_verify(a, o, l->nonce, token, strlen(token), claims, e);
	rc = error != NULL && strcmp(error, "invalid_client") == 0 ? E_NOT_CONFIGURED : E_SIGN_IN_FAILED;
	return err_set(e, rc, "%s/token: HTTP %ld %.100s", o->base, status, error == NULL ? "" : error);
}
