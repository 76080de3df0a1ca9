/* SPDX-License-Identifier: MIT */
/* Who is calling: finds the credential that a route looks for and turns it into
 * the caller argument of its SQL function, which decides what it may do. */
#ifndef GATEHOUSE_CALLER_H
#define GATEHOUSE_CALLER_H

struct req;

/* Every service key begins with this, so that it is told apart from a token. */
#define SERVICE_KEY_PREFIX "ghk_"

/* Sets r->caller to {"key":sha256}, {"user":claims}, {"session":sha256},
 * {"cron":true} or leaves NULL where nobody in particular may come too.
 * Returns 0; unauthorized; cross_site for a session used from another site;
 * not_configured when the secret that would judge the credential is absent. */
int caller_read(struct req *r);

/* The caller that the browser's cookie stands for, {"session":sha256}, in the arena;
 * NULL where the route looks for none or none came. */
const char *caller_session(struct req *r);

/* Refuses a state-changing request that a browser sent from another site. */
int caller_check_site(struct req *r);

/* The name of the session cookie: __Host-session where PUBLIC_URL is https. */
const char *caller_cookie(const struct req *r);

#endif
