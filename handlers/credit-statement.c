/* SPDX-License-Identifier: MIT */
/* GET /api/credits/statement: the account's ledger as its owner can check it
 * elsewhere, a file for doc/statement-check. */
#include "common/handler.h"

enum { P_USER_ID };

static const struct param params[] = {
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
};

static int
credit_statement_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_USER_ID) };
	const char *statement;
	int rc = req_call(r, "credit_statement", args, COUNT(args), &statement);

	if (rc < 0)
		return rc;
	resp_header(r, "Content-Disposition", "attachment; filename=\"statement.json\"");
	return resp_json(r, 200, statement);
}

static const struct handler handler = {
	.name = "credit-statement",
	.params = params,
	.nparams = COUNT(params),
	.get = credit_statement_get,
};

int
main(void)
{
	return handler_main(&handler);
}
