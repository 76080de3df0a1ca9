/* SPDX-License-Identifier: MIT */
/* gatehouse stripe catalogue: what is sold lives at Stripe.  Makes the products
 * a new site starts with and takes every price over into the database, by the
 * same functions as the webhook. */
#include <stdbool.h>
#include <json-c/json_object.h>
#include <stdio.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/json.h"
#include "common/stripe.h"

#define PAGE "100"	/* objects per list call, the most Stripe gives */

struct product {
	const char *lookup_key;		/* the name by which it is found again */
	const char *name;
	const char *cents, *credits;
	const char *interval;		/* NULL: paid once */
};

static const struct product products[] = {
	{ "gatehouse_monthly", "Monthly Subscription", "999", "250", "month" },
	{ "gatehouse_credits_100", "100 Credits", "499", "100", NULL },
	{ "gatehouse_credits_500", "500 Credits", "1999", "500", NULL },
	{ "gatehouse_credits_1500", "1500 Credits", "4999", "1500", NULL },
};

static int
product_create(struct cli *c, const struct stripe *s, const struct product *p)
{
	const struct stripe_param params[] = {
		{ "currency", "usd" },
		{ "unit_amount", p->cents },
		{ "lookup_key", p->lookup_key },
		{ "recurring[interval]", p->interval },
		{ "product_data[name]", p->name },
		{ "metadata[credits]", p->credits },
		{ "metadata[discord]", "yes" },
	};
	struct json_object *price;
	int rc = stripe_call(c->arena, s, "POST", "/v1/prices", params, COUNT(params),
	    arena_printf(c->arena, "catalogue-%s", p->lookup_key), &price, &c->err);

	if (rc == 0)
		printf("created %s: %s\n", p->lookup_key, json_text(price, "id"));
	return rc;
}

/* Whether a price of that lookup key is at Stripe: 1, 0 or E_*. */
static int
product_exists(struct cli *c, const struct stripe *s, const struct product *p)
{
	const struct stripe_param params[] = { { "lookup_keys[0]", p->lookup_key }, { "limit", "1" } };
	struct json_object *list;
	int rc = stripe_call(c->arena, s, "GET", "/v1/prices", params, COUNT(params),
	    NULL, &list, &c->err);

	return rc < 0 ? rc : json_object_array_length(json_member(list, "data")) > 0;
}

/* Hands the objects of one page to the SQL function; *last is the id after which
 * the next page begins. */
static int
page_apply(struct cli *c, struct json_object *data, const char *sql, const char **last)
{
	size_t n = json_object_array_length(data);
	const char *args[1], *none;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct json_object *o = json_object_array_get_idx(data, i);

		args[0] = json_write(c->arena, o);
		*last = json_text(o, "id");
		rc = cli_query(c, sql, args, 1, &none);
	}
	return rc < 0 ? rc : (int)n;
}

/* All objects of a list, page by page; returns how many, or E_*. */
static int
list_apply(struct cli *c, const struct stripe *s, const char *path, const char *sql)
{
	struct stripe_param params[] = { { "limit", PAGE }, { "starting_after", NULL } };
	struct json_object *list, *data;
	bool more = true;
	int total = 0, rc;

	while (more) {
		rc = stripe_call(c->arena, s, "GET", path, params, COUNT(params), NULL, &list, &c->err);
		if (rc < 0)
			return rc;
		data = json_member(list, "data");
		if (!json_object_is_type(data, json_type_array))
			return err_set(&c->err, E_STRIPE_FAILED, "%s gave no list", path);
		rc = page_apply(c, data, sql, &params[1].value);
		if (rc < 0)
			return rc;
		total += rc;
		if (rc == 0 || json_truth(list, "has_more", &more) <= 0)
			more = false;
	}
	return total;
}

int
stripe_catalogue(struct cli *c, int argc, char **argv)
{
	const struct stripe s = { conf_get(c->conf, "STRIPE_SECRET_KEY"),
	    conf_get(c->conf, "STRIPE_API_BASE") };
	int rc = 0, found, prices;

	(void)argv;
	if (argc != 0)
		return CLI_USAGE;
	for (size_t i = 0; rc >= 0 && i < COUNT(products); i++) {
		rc = product_exists(c, &s, &products[i]);
		if (rc == 0)
			rc = product_create(c, &s, &products[i]);
	}
	if (rc < 0)
		return rc;
	found = list_apply(c, &s, "/v1/products", "select core.product_apply($1::jsonb)::text");
	if (found < 0)
		return found;
	prices = list_apply(c, &s, "/v1/prices", "select core.price_apply($1::jsonb)::text");
	if (prices < 0)
		return prices;
	printf("taken over: %d products, %d prices\n", found, prices);
	return 0;
}
