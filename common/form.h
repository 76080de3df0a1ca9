/* SPDX-License-Identifier: MIT */
/* What browsers send: application/x-www-form-urlencoded and cookies. */
#ifndef GATEHOUSE_FORM_H
#define GATEHOUSE_FORM_H

#include <stddef.h>

struct arena;
struct err;

#define FORM_FIELDS 64	/* more in one form are refused */

struct form_field {
	const char *name, *value;
};

struct form {
	struct form_field *fields;
	size_t count;
};

/* Decodes n bytes of a form body or query string into *out; n = 0 gives an
 * empty form.  Owned by the arena.  Returns 0, or E_BAD_FORM: a broken percent
 * escape, text that is not UTF-8, NUL, or more than FORM_FIELDS fields. */
int form_parse(struct arena *a, const char *p, size_t n, struct form *out, struct err *e);

/* The first value of that name, or NULL. */
const char *form_value(const struct form *f, const char *name);

/* How often the name is there: more than once is a reason to refuse. */
size_t form_count(const struct form *f, const char *name);

/* The value of the named cookie in a Cookie header (NULL is an empty one), or
 * NULL; of several the first.  Owned by the arena.  Source: RFC 6265 4.2.1. */
const char *cookie_value(struct arena *a, const char *header, const char *name);

#endif
