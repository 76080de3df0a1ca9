/* SPDX-License-Identifier: MIT */
/* GET /api/session: who is signed in here.
 * DELETE /api/session: signs out.  What a front end asks for is that nobody is signed
 * in here, so whoever is not, or not any more, is told 200 {"ended":false} and loses
 * the cookie all the same; a browser that repeats it after a lost answer sees no
 * error.  Only whose cookie lives must show where the request comes from. */
#include "common/handler.h"

static int
session_get(struct req *r)
{
	const char *answer;
	int rc = req_call(r, "session", &r->caller, 1, &answer);

	return rc < 0 ? rc : resp_json(r, 200, answer);
}

static int
session_delete(struct req *r)
{
	const char *answer;
	int rc = req_call(r, "session_end", &r->caller, 1, &answer);

	if (rc < 0)
		return rc;
	session_forget(r);
	return resp_json(r, 200, answer);
}

static const struct handler handler = {
	.name = "session",
	.get = session_get,
	.delete = session_delete,
};

int
main(void)
{
	return handler_main(&handler);
}
