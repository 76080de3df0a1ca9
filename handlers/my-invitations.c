/* SPDX-License-Identifier: MIT */
/* GET /invitations: invite a recipient, and what became of those invited.
 * POST /invitations: makes an invitation, or withdraws one. */
#include "common/handler.h"
#include "common/invitation.h"

enum { P_CURSOR, P_NEW, P_ROLE, P_EXPIRES_IN, P_KEY, P_REVOKE };

static const struct param params[] = {
	[P_CURSOR] = { .name = "cursor", .type = PARAM_TEXT, .form = form_printable },
	[P_NEW] = { .name = "new", .type = PARAM_TEXT, .form = form_token },
	[P_ROLE] = { .name = "role", .type = PARAM_TEXT, .form = form_token },
	[P_EXPIRES_IN] = { .name = "expires_in", .type = PARAM_INT, .min = 1, .max = INT32_MAX },
	[P_KEY] = { .name = "idempotency_key", .type = PARAM_TEXT, .form = form_printable },
	[P_REVOKE] = { .name = "revoke", .type = PARAM_TEXT, .form = form_token },
};

static int
my_invitations_get(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_CURSOR), req_param(r, P_NEW) };
	struct json_object *page;
	int rc = req_call_json(r, "my_invitations", args, COUNT(args), &page);

	if (rc < 0)
		return rc;
	if (resp_unchanged(r, page))
		return 0;
	json_set_text(page, "idempotency_key", req_secret_new(r));
	invitations_links(r, json_member(page, "invitations"));
	invitation_links(r, json_member(page, "new"));
	invitation_qr(r, json_member(page, "new"));
	return resp_page(r, 200, "my-invitations", page);
}

static int
invitation_revoke(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_REVOKE) }, *ignored;
	int rc = req_call(r, "invitation_revoke", args, COUNT(args), &ignored);

	return rc < 0 ? rc : resp_redirect(r, "/invitations");
}

static int
my_invitations_post(struct req *r)
{
	const char *args[] = { r->caller, NULL, req_param(r, P_ROLE), req_param(r, P_EXPIRES_IN),
		NULL, NULL, req_param(r, P_KEY) };
	struct json_object *made;
	int rc;

	if (req_param(r, P_REVOKE) != NULL)
		return invitation_revoke(r);
	rc = req_call_json(r, "invitation_create", args, COUNT(args), &made);
	if (rc < 0)
		return rc;
	return resp_redirect(r, arena_printf(r->arena, "/invitations?new=%s",
	    json_text(json_member(made, "invitation"), "invite_code")));
}

static const struct handler handler = {
	.name = "my-invitations",
	.params = params,
	.nparams = COUNT(params),
	.get = my_invitations_get,
	.post = my_invitations_post,
};

int
main(void)
{
	return handler_main(&handler);
}
