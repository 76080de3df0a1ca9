/* SPDX-License-Identifier: MIT */
/* What template.c writes between the markup: values from JSON through their
 * filters, and messages.  Used by template.c only. */
#ifndef GATEHOUSE_TEMPLATE_VALUE_H
#define GATEHOUSE_TEMPLATE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/util.h"

struct buf;
struct catalogue;
struct json_object;

/* Where names are looked for: an object, then what is around it. */
struct scope {
	struct json_object *value;
	const struct scope *outer;
	size_t position;	/* in the each that made it */
};

/* All that the text of a value depends on. */
struct value_env {
	const struct scope *scope;
	const struct catalogue *lang;
};

struct filter;

#define VALUE_ARGS 8

/* "name" or "filter name name": compiled, so that mistakes show at the start. */
struct value_call {
	const struct filter *filter;
	struct str args[VALUE_ARGS];	/* those not given have no bytes */
};

/* Splits s at its first white space; both parts are trimmed, rest may be empty. */
void str_split(struct str s, struct str *word, struct str *rest);

/* True when s is a name such as a, a.b or a lone dot. */
bool value_name_valid(struct str s);

/* Compiles text; the parts of *out point into it.  Returns NULL, or what is
 * wrong with it (a static string). */
const char *value_parse(struct str text, struct value_call *out);

/* Appends the value, escaped unless the filter is raw. */
void value_write(const struct value_call *call, const struct value_env *env, struct buf *out);

/* The value of a name, or NULL when there is none or it is null. */
struct json_object *value_find(const struct scope *scope, struct str name);

/* True unless v is NULL, false, 0, or empty. */
bool value_true(struct json_object *v);

/* True when the text of v is s. */
bool value_equals(struct json_object *v, struct str s);

/* The whole number in v; 0 when v is not a number. */
int64_t value_number(struct json_object *v);

/* Checks the placeholders of a message.  Returns NULL, or what is wrong. */
const char *message_check(const char *text);

/* Appends a message, all of it escaped, its placeholders filled; one that is
 * wrong (a translator's slip) leaves nothing. */
void message_write(const char *text, const struct value_env *env, struct buf *out);

#endif
