/* SPDX-License-Identifier: MIT */
/* POST /functions/v1/get-discord-invite: the one invite of an order.  202 while
 * it is owed because the pool is empty. */
#include "common/handler.h"

enum { P_SESSION_ID, P_ORDER_REF, P_USER_ID };

static const struct param params[] = {
	[P_SESSION_ID] = { .name = "session_id", .type = PARAM_TEXT, .form = form_token },
	[P_ORDER_REF] = { .name = "order_ref", .type = PARAM_TEXT, .form = form_printable },
	[P_USER_ID] = { .name = "user_id", .type = PARAM_TEXT, .form = form_printable },
};

static int
get_discord_invite_post(struct req *r)
{
	const char *args[] = { r->caller, req_param(r, P_SESSION_ID), req_param(r, P_ORDER_REF),
		req_param(r, P_USER_ID) };
	struct json_object *answer;
	int rc = req_call_json(r, "get_discord_invite", args, COUNT(args), &answer);

	if (rc < 0)
		return rc;
	return resp_json(r, json_member(answer, "data") != NULL ? 200 : 202,
	    json_write(r->arena, answer));
}

static const struct handler handler = {
	.name = "get-discord-invite",
	.params = params,
	.nparams = COUNT(params),
	.post = get_discord_invite_post,
};

int
main(void)
{
	return handler_main(&handler);
}
