/* SPDX-License-Identifier: MIT */
#include "common/json.h"

#include <json-c/json.h>
#include <string.h>

#include "common/arena.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/utf8.h"
#include "common/util.h"

#define EXPONENT_MAX 308	/* of ten, as doubles have it; PostgreSQL keeps all these */

/* json-c takes comments, NaN, raw control characters, numbers that it cuts to 64
 * bits and the last of two members, even in strict mode.  So the text is held
 * against the grammar here first; json-c then builds the tree. */
struct scan {
	const char *start, *p, *end;
	int depth;		/* levels that may still be opened */
	size_t members;		/* members of all objects so far */
	struct str name;	/* the latest member's name, with its quotes */
	bool overflow;		/* it failed because of a number's size */
};

static bool scan_value(struct scan *s);

static void
scan_space(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n", *s->p) != NULL)
		s->p++;
}

static bool
scan_char(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* The code unit of "uXXXX", or -1. */
static int
scan_unit(struct scan *s)
{
	int unit = 0;

	if (s->end - s->p < 5 || *s->p != 'u')
		return -1;
	for (int i = 1; i <= 4; i++) {
		int digit = hex_digit(s->p[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	s->p += 5;
	return unit;
}

/* What follows a backslash. */
static bool
scan_escape(struct scan *s)
{
	int unit;

	if (s->p == s->end)
		return false;
	if (*s->p != 'u')
		return strchr("\"\\/bfnrt", *s->p++) != NULL;
	unit = scan_unit(s);
	if (unit >= 0xd800 && unit < 0xdc00) {	/* the low half must follow */
		if (!scan_char(s, '\\'))
			return false;
		unit = scan_unit(s);
		return unit >= 0xdc00 && unit < 0xe000;
	}
	return unit > 0 && !(unit >= 0xdc00 && unit < 0xe000);
}

static bool
scan_string(struct scan *s)
{
	if (!scan_char(s, '"'))
		return false;
	while (s->p < s->end) {
		unsigned char c = (unsigned char)*s->p++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !scan_escape(s)))
			return false;
	}
	return false;
}

static bool
scan_digits(struct scan *s)
{
	const char *first = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > first;
}

/* Whether the digits, negative or not, fit into 64 bits. */
static bool
digits_fit(const char *p, const char *end, bool negative)
{
	int64_t v = 0;

	for (; p < end; p++) {
		int digit = *p - '0';

		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, negative ? -digit : digit, &v))
			return false;
	}
	return true;
}

/* Whether what follows the "e" of a number is at most EXPONENT_MAX either way. */
static bool
exponent_fits(const char *p, const char *end)
{
	int n = 0;

	for (p += *p == '-' || *p == '+'; p < end && n <= EXPONENT_MAX; p++)
		n = n * 10 + (*p - '0');
	return n <= EXPONENT_MAX;
}

static bool
scan_number(struct scan *s)
{
	bool negative = scan_char(s, '-'), fraction, exponent;
	const char *first = s->p, *last, *power;

	if (!scan_digits(s) || (*first == '0' && s->p - first > 1))
		return false;
	last = s->p;
	fraction = scan_char(s, '.');
	if (fraction && !scan_digits(s))
		return false;
	exponent = scan_char(s, 'e') || scan_char(s, 'E');
	power = s->p;
	if (exponent && !scan_char(s, '-'))
		scan_char(s, '+');
	if (exponent && !scan_digits(s))
		return false;
	s->overflow = exponent ? !exponent_fits(power, s->p) :
	    !fraction && !digits_fit(first, last, negative);
	return !s->overflow;
}

static bool
scan_member(struct scan *s)
{
	const char *first = s->p;

	if (!scan_string(s))
		return false;
	s->name = (struct str){ first, (size_t)(s->p - first) };
	s->members++;
	scan_space(s);
	return scan_char(s, ':') && scan_value(s);
}

/* The items between an opening bracket, which is behind us, and the closing one. */
static bool
scan_items(struct scan *s, bool (*item)(struct scan *), char close)
{
	if (s->depth-- == 0)
		return false;
	scan_space(s);
	if (!scan_char(s, close)) {
		do {
			scan_space(s);
			if (!item(s))
				return false;
			scan_space(s);
		} while (scan_char(s, ','));
		if (!scan_char(s, close))
			return false;
	}
	s->depth++;
	return true;
}

static bool
scan_value(struct scan *s)
{
	scan_space(s);
	if (scan_char(s, '{'))
		return scan_items(s, scan_member, '}');
	if (scan_char(s, '['))
		return scan_items(s, scan_value, ']');
	if (s->p < s->end && *s->p == '"')
		return scan_string(s);
	return scan_word(s, "true") || scan_word(s, "false") || scan_word(s, "null") ||
	    scan_number(s);
}

static bool
scan_text(struct scan *s)
{
	scan_space(s);
	if (s->p == s->end || *s->p != '{' || !scan_value(s))
		return false;
	scan_space(s);
	return s->p == s->end;
}

/* How many members all objects of the tree have: fewer than the text has when a
 * later one took the place of an earlier one. */
static size_t
tree_members(struct json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) {
			(void)name;
			n += 1 + tree_members(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += tree_members(json_object_array_get_idx(o, i));
	}
	return n;
}

static void
tree_free(void *o)
{
	json_object_put(o);
}

static struct json_object *
tree_build(const char *p, size_t n, int max_depth)
{
	/* json-c counts the scalars inside as a level of their own. */
	struct json_tokener *t = json_tokener_new_ex(max_depth + 1);
	struct json_object *o;

	if (t == NULL)
		return NULL;
	json_tokener_set_flags(t, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(t, p, (int)n);
	json_tokener_free(t);
	return o;
}

static int
scan_failed(struct arena *a, const struct scan *s, struct err *e)
{
	size_t at = (size_t)(s->p - s->start);

	if (!s->overflow)
		return err_set(e, E_BAD_JSON, "JSON broken at byte %zu", at);
	if (e->code == 0 && s->name.n <= 100)
		e->detail = arena_printf(a, "{\"field\":%.*s}", (int)s->name.n, s->name.p);
	return err_set(e, E_INVALID_FIELD, "number beyond 64 bits before byte %zu", at);
}

int
json_parse(struct arena *a, const char *p, size_t n, int max_depth,
    struct json_object **out, struct err *e)
{
	struct scan s = { .start = p, .p = p, .end = p + n, .depth = max_depth };

	if (n > INT32_MAX || !utf8_valid(p, n))
		return err_set(e, E_BAD_JSON, "JSON is not UTF-8");
	if (!scan_text(&s))
		return scan_failed(a, &s, e);
	*out = tree_build(p, n, max_depth);
	if (*out == NULL)
		return err_set(e, E_BAD_JSON, "json-c refused what the grammar allows");
	arena_defer(a, tree_free, *out);
	if (tree_members(*out) != s.members)
		return err_set(e, E_BAD_JSON, "JSON has a member twice");
	return 0;
}

struct json_object *
json_member(const struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &v);
	return v;
}

const char *
json_text(const struct json_object *o, const char *name)
{
	struct json_object *v = json_member(o, name);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

int
json_int64(const struct json_object *o, const char *name, int64_t *out)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_int))
		return -1;
	*out = json_object_get_int64(v);
	return 1;
}

int
json_truth(const struct json_object *o, const char *name, bool *out)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_boolean))
		return -1;
	*out = json_object_get_boolean(v);
	return 1;
}

const char *
json_write(struct arena *a, struct json_object *o)
{
	if (o == NULL)
		return NULL;
	return arena_strdup(a, json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

void
json_set_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

void
json_set_bool(struct json_object *o, const char *name, bool value)
{
	json_object_object_add(o, name, json_object_new_boolean(value));
}
