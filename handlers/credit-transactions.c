/* SPDX-License-Identifier: MIT */
/* GET /api/credits/transactions: the ledger of an account, page by page, as JSON
 * or as CSV (RFC 4180). */
#include "common/csv.h"
#include "common/handler.h"

enum { P_USER_ID, P_CURSOR, P_LIMIT, P_TYPE, P_FROM, P_TO, P_FORMAT };

static bool
form_format(const char *s)
{
	return strcmp(s, "json") == 0 || strcmp(s, "csv") == 0;
}

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_LIMIT] = { .name = "limit", .type = PARAM_INT, .min = 1, .max = 1000 },
	[P_TYPE] = { .name = "type", .type = PARAM_TEXT, .form = form_printable },
	[P_FROM] = { .name = "from", .type = PARAM_TEXT, .form = form_printable },
	[P_TO] = { .name = "to", .type = PARAM_TEXT, .form = form_printable },
	[P_FORMAT] = { .name = "format", .type = PARAM_TEXT, .form = form_format },
};

static bool
wants_csv(const struct req *r)
{
	const char *format = req_param(r, P_FORMAT), *accept = req_header(r, "Accept");

	if (format != NULL)
		return strcmp(format, "csv") == 0;
	return accept != NULL && strncmp(accept, "text/csv", 8) == 0;
}

static int
csv_answer(struct req *r, struct json_object *page)
{
	static const char *const columns[] = { "id", "created_at", "type", "amount", "balance",
		"agent", "quantity" };
	const char *next = json_text(page, "next_cursor");
	struct buf out;

	buf_init(&out, r->arena);
	csv_write(&out, json_member(page, "transactions"), columns, COUNT(columns));
	if (next != NULL)
		resp_header(r, "X-Next-Cursor", next);
	resp_header(r, "Content-Disposition", "attachment; filename=\"credits.csv\"");
	return resp_text(r, 200, "text/csv; charset=utf-8; header=present",
	    buf_text(&out));
}

static int
credit_transactions_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID), req_param(r, P_CURSOR),
		req_param(r, P_LIMIT), req_param(r, P_TYPE), req_param(r, P_FROM), req_param(r, P_TO) };
	struct json_object *page;
	int rc = req_call_json(r, "credit_transactions", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	return wants_csv(r) ? csv_answer(r, page) : resp_json(r, 200, json_write(r->arena, page));
}

static const struct handler handler = {
	.name = "credit-transactions",
	.params = params,
	.nparams = COUNT(params),
	.get = credit_transactions_get,
};

int
main(void)
{
	return handler_main(&handler);
}
