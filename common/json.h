/* SPDX-License-Identifier: MIT */
/* Strict JSON: what RFC 8259 allows and nothing of what json-c tolerates.  The
 * tree is json-c's; build answers with buf_json() or json-c itself. */
#ifndef GATEHOUSE_JSON_H
#define GATEHOUSE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct json_object;

#define JSON_DEPTH 32	/* objects and arrays inside each other, the outer one counted */

/* Reads n bytes at p, which must be one JSON object and white space: well-formed
 * UTF-8, no byte order mark, no NUL (not even as \u0000), no lone surrogate, at
 * most max_depth levels, no member name twice in one object.  *out belongs to
 * the arena.  Returns 0; E_BAD_JSON; or E_INVALID_FIELD with the member's name
 * for an integer beyond 64 bits, which could only be kept wrong, or a number with
 * an exponent beyond 308, which PostgreSQL could not keep. */
int json_parse(struct arena *a, const char *p, size_t n, int max_depth,
    struct json_object **out, struct err *e);

/* The member as it is; NULL when o is NULL or no object, and when the member is
 * absent or null.  Borrowed from o. */
struct json_object *json_member(const struct json_object *o, const char *name);

/* The member's string; NULL when there is none or it is of another type. */
const char *json_text(const struct json_object *o, const char *name);

/* The member's integer.  Returns 1 and sets *out; 0 when it is absent or null;
 * -1 when it is not an integer of 64 bits (2.0 and "2" are not). */
int json_int64(const struct json_object *o, const char *name, int64_t *out);

/* The member's truth value.  Returns 1 and sets *out; 0 absent or null; -1 when
 * it is of another type. */
int json_truth(const struct json_object *o, const char *name, bool *out);

/* Sets a member of an object that is about to be shown or sent; text is copied. */
void json_set_text(struct json_object *o, const char *name, const char *text);
void json_set_bool(struct json_object *o, const char *name, bool value);

/* The value as compact JSON text, numbers as they were written.  NULL for NULL.
 * Owned by the arena. */
const char *json_write(struct arena *a, struct json_object *o);

#endif
