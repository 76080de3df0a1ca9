/* SPDX-License-Identifier: MIT */
/* POST /api/session/wallet: signs in by a message that a wallet signed (EIP-4361),
 * or links the wallet to who is signed in; session_id names the Checkout session of a
 * purchase to add to the account. */
#include "common/handler.h"
#include "common/siwe.h"

enum { P_MESSAGE, P_SIGNATURE, P_NEXT, P_SESSION_ID };

static const struct param params[] = {
	[P_MESSAGE] = { .name = "message", .type = PARAM_TEXT, .max = SIWE_SIZE, .required = true },
	[P_SIGNATURE] = { .name = "signature", .type = PARAM_TEXT, .required = true, .form = form_token },
	[P_NEXT] = { .name = "next", .type = PARAM_TEXT, .max = 500, .form = form_printable },
	[P_SESSION_ID] = { .name = "session_id", .type = PARAM_TEXT, .form = form_token },
};

/* Reads the message, and that it is for this site. */
static int
message_read(struct req *r, struct siwe *m)
{
	const char *text = req_param(r, P_MESSAGE);
	const char *wrong = siwe_parse(r->arena, text, strlen(text), m);

	if (wrong == NULL)
		wrong = siwe_foreign(m, req_public_url(r), setting_or("EVM_CHAIN_ID", SIWE_CHAIN));
	return wrong != NULL ? req_invalid(r, "message", wrong) : 0;
}

static int
session_wallet_post(struct req *r)
{
	const char *text = req_param(r, P_MESSAGE);
	struct session session = session_new(r);
	struct json_object *opened;
	bool linked = false;
	struct siwe m;
	int rc = message_read(r, &m);

	if (rc < 0)
		return rc;
	const char *args[] = { r->caller, req_client(r),
		siwe_signed(&m, text, strlen(text), req_param(r, P_SIGNATURE)) ? m.address : NULL,
		m.nonce, m.issued_at, m.expiration_time, m.not_before,
		session.hash, req_user_agent(r), req_param(r, P_NEXT), req_param(r, P_SESSION_ID) };
	rc = req_call_json(r, "wallet_sign_in", args, COUNT(args), &opened);
	if (rc < 0)
		return rc;
	json_truth(opened, "linked", &linked);
	if (!linked)
		session_keep(r, &session);
	return resp_json(r, 200, json_write(r->arena, opened));
}

static const struct handler handler = {
	.name = "session-wallet",
	.params = params,
	.nparams = COUNT(params),
	.post = session_wallet_post,
};

int
main(void)
{
	return handler_main(&handler);
}
