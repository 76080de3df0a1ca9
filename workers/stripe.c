/* SPDX-License-Identifier: MIT */
/* Calls of Stripe's API whose answer the database waits for: payload {"method",
 * "path", "params"}; outbox_kinds.apply names the function that takes the answer.
 * The row's id is the idempotency key, so Stripe does each once. */
#include <json-c/json.h>
#include <string.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/json.h"
#include "common/req.h"
#include "common/stripe.h"
#include "workers/channel.h"

static struct stripe stripe;

static int
stripe_open(struct arena *a, const char **digest, struct err *e)
{
	(void)e;
	stripe.key = setting("STRIPE_SECRET_KEY");
	stripe.base = setting("STRIPE_API_BASE");
	*digest = stripe.key == NULL ? NULL : arena_printf(a, "%s %s",
	    stripe.base == NULL ? "" : stripe.base, stripe.key);
	return 0;
}

/* A path of the API, in which an id from outside can name nothing else. */
static bool
path_plain(const char *s)
{
	return s != NULL && strncmp(s, "/v1/", 4) == 0 && strstr(s, "//") == NULL &&
	    s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/")] == '\0';
}

static bool
method_known(const char *s)
{
	return s != NULL && (strcmp(s, "GET") == 0 || strcmp(s, "POST") == 0);
}

/* The flat object of texts as parameters; *count of them. */
static struct stripe_param *
params_read(struct arena *a, struct json_object *params, size_t *count)
{
	struct stripe_param *list;

	*count = 0;
	if (!json_object_is_type(params, json_type_object))
		return NULL;
	list = arena_alloc(a, ((size_t)json_object_object_length(params) + 1) * sizeof *list);
	json_object_object_foreach(params, name, value)
		list[(*count)++] = (struct stripe_param){ name, json_object_get_string(value) };
	return list;
}

static int
stripe_job_request(struct arena *a, const struct job *j, struct fetch_request *q, struct err *e)
{
	const char *method = json_text(j->payload, "method"), *path = json_text(j->payload, "path");
	struct stripe_param *params;
	size_t count;

	if (!method_known(method) || !path_plain(path))
		return err_set(e, E_INTERNAL, "no such call");
	params = params_read(a, json_member(j->payload, "params"), &count);
	return stripe_request(a, &stripe, method, path, params, count,
	    arena_printf(a, "outbox-%s", j->id), q, e);
}

static void
stripe_judge(struct arena *a, const struct job *j, const struct fetch_result *r, struct verdict *v)
{
	struct json_object *answer = NULL, *error;
	struct err unreadable = { 0 };

	(void)j;
	json_parse(a, r->body.p, r->body.n, JSON_DEPTH, &answer, &unreadable);
	error = json_member(answer, "error");
	v->error = arena_printf(a, "HTTP %ld %s", r->status,
	    json_text(error, "code") == NULL ? "" : json_text(error, "code"));
	v->wait_ms = retry_after_ms(a, r);
	v->answer = true;
	if (r->status >= 200 && r->status <= 299 && answer != NULL) {
		*v = (struct verdict){ .fate = "done", .answer = true };
	} else if (r->status == 401) {
		v->fate = "halt";
	} else if (r->status == 429) {
		v->fate = "pause";
		v->wide = true;
		v->wait_ms = v->wait_ms > 0 ? v->wait_ms : 1000;
	} else if (answer == NULL || stripe_again(a, r)) {
		v->fate = "again";
	} else {
		v->fate = "refused";
	}
}

const struct channel stripe_channel = { "stripe", stripe_open, stripe_job_request, stripe_judge };
