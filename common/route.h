/* SPDX-License-Identifier: MIT */
/* The rows of routes.tab as the programs see them.  nginx is a filter in
 * front; what a program accepts is decided here. */
#ifndef GATEHOUSE_ROUTE_H
#define GATEHOUSE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

enum face {
	FACE_PAGE,	/* errors are pages */
	FACE_API,	/* errors are JSON */
};

enum method {
	METHOD_GET = 1 << 0,	/* HEAD comes with it */
	METHOD_POST = 1 << 1,
	METHOD_PATCH = 1 << 2,
	METHOD_DELETE = 1 << 3,
};

/* Which credentials a route looks for. */
enum auth {
	AUTH_NONE = 1 << 0,	/* nobody in particular is welcome too */
	AUTH_KEY = 1 << 1,	/* service key */
	AUTH_USER = 1 << 2,	/* HS256 token of a user */
	AUTH_SESSION = 1 << 3,	/* browser session cookie */
	AUTH_CRON = 1 << 4,	/* CRON_SECRET as bearer */
	AUTH_LOCAL = 1 << 5,	/* this machine only */
};

struct route {
	const char *name;
	enum face face;
	unsigned methods;	/* enum method */
	const char *path;
	bool prefix;		/* path is the beginning of what is served */
	unsigned auth;		/* enum auth */
	size_t body_max;	/* bytes */
	int threads;		/* 0: served by events */
};

/* Generated from routes.tab. */
extern const struct route routes[];
extern const size_t routes_len;

/* The row of a name, or NULL. */
const struct route *route_find(const char *name);

#endif
