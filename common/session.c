/* SPDX-License-Identifier: MIT */
#include "common/session.h"

#include "common/caller.h"
#include "common/req.h"
#include "common/resp.h"

struct session
session_new(struct req *r)
{
	const char *token = req_secret_new(r);

	return (struct session){ .token = token, .hash = req_secret_hash(r, token) };
}

void
session_keep(struct req *r, const struct session *s)
{
	resp_cookie(r, caller_cookie(r), s->token, SESSION_COOKIE_SECONDS);
}

void
session_forget(struct req *r)
{
	resp_cookie(r, caller_cookie(r), "", 0);
}
