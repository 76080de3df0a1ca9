/* SPDX-License-Identifier: MIT */
/* POST /sign-out: the button that signs out, also one whose session is over. */
#include "common/handler.h"

static int
sign_out_post(struct req *r)
{
	const char *ignored;
	int rc = req_call(r, "session_end", &r->caller, 1, &ignored);

	if (rc < 0)
		return rc;
	session_forget(r);
	return resp_redirect(r, "/login");
}

static const struct handler handler = {
	.name = "sign-out",
	.post = sign_out_post,
};

int
main(void)
{
	return handler_main(&handler);
}
