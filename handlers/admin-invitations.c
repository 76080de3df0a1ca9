/* SPDX-License-Identifier: MIT */
/* GET /admin/invitations: all invitations, as a table or as CSV (RFC 4180).
 * POST /admin/invitations: withdraws one. */
#include "common/handler.h"
#include "common/invitation.h"

#define CSV_ROWS "1000"	/* at a time */

enum { P_STATUS, P_SEARCH, P_SORT, P_CURSOR, P_SHOW, P_FORMAT, P_REVOKE };

static bool
form_format(const char *s)
{
	return strcmp(s, "html") == 0 || strcmp(s, "csv") == 0;
}

static const struct param params[] = {
	[P_STATUS] = { .name = "status", .type = PARAM_TEXT, .form = form_token },
	[P_SEARCH] = { .name = "q", .type = PARAM_TEXT, .form = form_printable },
	[P_SORT] = { .name = "sort", .type = PARAM_TEXT, .form = form_token },
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_SHOW] = { .name = "show", .type = PARAM_TEXT, .form = form_token },
	[P_FORMAT] = { .name = "format", .type = PARAM_TEXT, .form = form_format },
	[P_REVOKE] = { .name = "revoke", .type = PARAM_TEXT, .form = form_token },
};

static void
arena_end(void *a)
{
	arena_free(a);
}

/* Adds the rows after *cursor and moves it on, to NULL after the last.  What they
 * were made of is given back at once; of an error it is kept for the answer. */
static int
csv_add(struct req *r, struct buf *csv, const char **cursor)
{
	const char *args[] = { r->caller, req_param(r, P_STATUS), req_param(r, P_SEARCH),
		req_param(r, P_SORT), *cursor, CSV_ROWS, NULL }, *next;
	struct arena *own = r->arena;
	struct json_object *page;
	int rc;

	r->arena = arena_new();
	rc = req_call_json(r, "admin_invitations", args, COUNT(args), &page);
	if (rc < 0) {
		arena_defer(own, arena_end, r->arena);
	} else {
		invitations_csv_add(r, csv, json_member(page, "invitations"));
		next = json_text(page, "next_cursor");
		*cursor = next == NULL ? NULL : arena_strdup(own, next);
		arena_free(r->arena);
	}
	r->arena = own;
	return rc;
}

/* All of them, however many: in calls of CSV_ROWS, each going on where the one
 * before ended.  What is made meanwhile may be in it or not. */
static int
csv_send(struct req *r)
{
	const char *cursor = req_param(r, P_CURSOR);
	struct buf csv;
	int rc;

	buf_init(&csv, r->arena);
	do
		rc = csv_add(r, &csv, &cursor);
	while (rc == 0 && cursor != NULL);
	return rc < 0 ? rc : invitations_csv_send(r, &csv);
}

static int
admin_invitations_get(struct req *r)
{
	const char *format = req_param(r, P_FORMAT);
	const char *args[] = { r->caller, req_param(r, P_STATUS), req_param(r, P_SEARCH),
		req_param(r, P_SORT), req_param(r, P_CURSOR), NULL, req_param(r, P_SHOW) };
	struct json_object *page;
	int rc;

	if (format != NULL && strcmp(format, "csv") == 0)
		return csv_send(r);
	rc = req_call_json(r, "admin_invitations", args, COUNT(args), &page);
	if (rc < 0)
		return rc;
	if (resp_unchanged(r, page))
		return 0;
	invitation_links(r, json_member(page, "show"));
	return resp_page(r, 200, "admin-invitations", page);
}

static int
admin_invitations_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_REVOKE) }, *ignored;
	int rc = req_call(r, "admin_invitation_revoke", args, COUNT(args), &ignored);

	if (rc < 0)
		return rc;
	return resp_redirect(r, arena_printf(r->arena, "/admin/invitations?show=%s",
	    req_param(r, P_REVOKE)));
}

static const struct handler handler = {
	.name = "admin-invitations",
	.params = params,
	.nparams = COUNT(params),
	.get = admin_invitations_get,
	.post = admin_invitations_post,
};

int
main(void)
{
	return handler_main(&handler);
}
