/* SPDX-License-Identifier: MIT */
#include "common/form.h"

#include <stdbool.h>
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/utf8.h"
#include "common/util.h"

/* The decoded text, or NULL when an escape is broken or it is not UTF-8. */
static const char *
form_decode(struct arena *a, struct str s)
{
	char *text = arena_alloc(a, s.n + 1), *to = text;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		*to++ = c;
	}
	return utf8_valid(text, (size_t)(to - text)) ? text : NULL;
}

static bool
field_decode(struct arena *a, struct str s, struct form_field *f)
{
	const char *equals = memchr(s.p, '=', s.n);
	size_t n = equals == NULL ? s.n : (size_t)(equals - s.p);

	f->name = form_decode(a, (struct str){ s.p, n });
	f->value = equals == NULL ? "" :
	    form_decode(a, (struct str){ equals + 1, s.n - n - 1 });
	return f->name != NULL && f->value != NULL;
}

int
form_parse(struct arena *a, const char *p, size_t n, struct form *out, struct err *e)
{
	const char *end, *next;

	out->fields = arena_alloc(a, FORM_FIELDS * sizeof *out->fields);
	out->count = 0;
	if (n == 0)	/* then p may be NULL */
		return 0;
	for (end = p + n; p < end; p = next + 1) {
		next = memchr(p, '&', (size_t)(end - p));
		if (next == NULL)
			next = end;
		if (next == p)
			continue;
		if (out->count == FORM_FIELDS)
			return err_set(e, E_BAD_FORM, "more than %d fields", FORM_FIELDS);
		if (!field_decode(a, (struct str){ p, (size_t)(next - p) },
		    &out->fields[out->count++]))
			return err_set(e, E_BAD_FORM, "field %zu is broken", out->count);
	}
	return 0;
}

const char *
form_value(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return f->fields[i].value;
	return NULL;
}

size_t
form_count(const struct form *f, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += strcmp(f->fields[i].name, name) == 0;
	return n;
}

const char *
cookie_value(struct arena *a, const char *header, const char *name)
{
	size_t n = strlen(name);
	const char *p = header, *value;

	while (p != NULL && *p != '\0') {
		p += strspn(p, " \t;");
		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			value = p + n + 1;
			return arena_strndup(a, value, strcspn(value, "; \t"));
		}
		p = strchr(p, ';');
	}
	return NULL;
}
