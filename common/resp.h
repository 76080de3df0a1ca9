/* SPDX-License-Identifier: MIT */
/* The answer.  It is built whole in the arena and sent when the handler has
 * returned, so that an error found late still becomes an error answer. */
#ifndef GATEHOUSE_RESP_H
#define GATEHOUSE_RESP_H

#include <stdbool.h>

struct buf;
struct json_object;
struct req;

/* Adds a header.  Neither part may come from outside unescaped; line breaks end
 * the value. */
void resp_header(struct req *r, const char *name, const char *value);

/* Each sets status and body and returns 0, to be returned by the handler.
 * text: JSON, borrowed from the arena. */
int resp_json(struct req *r, int status, const char *text);
int resp_text(struct req *r, int status, const char *type, const char *text);

/* Whether the reader has what data makes already (If-None-Match, RFC 9110 13.1.2):
 * then the answer is 304 and done.  Else it gets its ETag, which changes with the
 * data, the language and the version of the site, and is to be built. */
bool resp_unchanged(struct req *r, struct json_object *data);

/* Renders pages/PAGE.html from data, in the reader's language. */
int resp_page(struct req *r, int status, const char *page, struct json_object *data);

/* 303 to a path of this site or an http(s) address. */
int resp_redirect(struct req *r, const char *url);

/* A cookie for this host: HttpOnly, SameSite=Lax, Secure on https.
 * seconds: its age; 0 removes it. */
void resp_cookie(struct req *r, const char *name, const char *value, long seconds);

/* Replaces whatever was built by the error in r->err, as JSON or as a page. */
void resp_error(struct req *r);

/* Adds the headers every answer has: security, caching, request id, CORS. */
void resp_finish(struct req *r);

/* Appends the head of the answer as CGI has it: status, headers, an empty line. */
void resp_head(const struct req *r, struct buf *out);

/* The reason phrase of a status, RFC 9110 section 15; "" when we never send it. */
const char *resp_reason(int status);

#endif
