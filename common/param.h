/* SPDX-License-Identifier: MIT */
/* Declared inputs.  A handler lists its parameters; what is not listed does not
 * exist, and what is listed has been checked before the handler runs. */
#ifndef GATEHOUSE_PARAM_H
#define GATEHOUSE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct req;

enum param_type {
	PARAM_TEXT,	/* a string of at most max bytes (0: 255), not empty */
	PARAM_INT,	/* an integer from min to max */
	PARAM_OBJECT,	/* a JSON object of at most max bytes (0: 4096); JSON bodies only */
};

struct param {
	const char *name;
	enum param_type type;
	bool required;
	int64_t min, max;
	/* For PARAM_TEXT: whether the text has the right form; NULL accepts any. */
	bool (*form)(const char *text);
	/* A request header that may carry it instead, or NULL. */
	const char *header;
};

/* Fills r->values from the query string (GET) or the body.  Returns 0 or E_*:
 * unsupported_type, bad_json, bad_form, invalid_field with the field's name. */
int params_read(struct req *r);

/* The fields of the body, JSON object or form, whatever their names: for what
 * another service made and signed as a whole, on a route with BODY_RAW.  *out
 * belongs to the arena.  Returns 0; cross_site; unsupported_type, bad_json;
 * bad_form, also for a field given twice. */
int params_all(struct req *r, struct json_object **out);

/* Forms for struct param.form. */
bool form_uuid(const char *s);
bool form_token(const char *s);		/* letters, digits, - and _ */
bool form_printable(const char *s);	/* no control characters */
bool form_email(const char *s);		/* something@something, no spaces */

#endif
