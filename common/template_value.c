/* SPDX-License-Identifier: MIT */
#include "common/template_value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <json-c/json.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/i18n.h"

#define KEY_MAX 64	/* longest member name that a page can ask for, with its NUL */
#define TEXT_MAX 32	/* longest number as text, with its NUL */

/* U+202F: between groups of digits, read well in every language of the site. */
#define NARROW_SPACE "\xe2\x80\xaf"

struct filter {
	const char *name;
	size_t min, max;	/* how many names it takes */
	void (*write)(const struct str *args, const struct value_env *env, struct buf *out);
};

void
str_split(struct str s, struct str *word, struct str *rest)
{
	while (s.n > 0 && isspace((unsigned char)*s.p))
		s.p++, s.n--;
	while (s.n > 0 && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	*word = (struct str){ s.p, 0 };
	while (word->n < s.n && !isspace((unsigned char)s.p[word->n]))
		word->n++;
	*rest = (struct str){ s.p + word->n, s.n - word->n };
	while (rest->n > 0 && isspace((unsigned char)*rest->p))
		rest->p++, rest->n--;
}

static bool
str_is(struct str s, const char *text)
{
	return strlen(text) == s.n && memcmp(s.p, text, s.n) == 0;
}

bool
value_name_valid(struct str s)
{
	if (str_is(s, "."))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		bool edge = i == 0 || i + 1 == s.n;

		if (s.p[i] == '.' && (edge || s.p[i - 1] == '.'))
			return false;
		if (s.p[i] != '.' && s.p[i] != '_' && !isalnum((unsigned char)s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* The member of o named by n bytes at p; false when o has none (null is one). */
static bool
object_member(struct json_object *o, const char *p, size_t n, struct json_object **out)
{
	char key[KEY_MAX];

	if (n >= sizeof key || !json_object_is_type(o, json_type_object))
		return false;
	memcpy(key, p, n);
	key[n] = '\0';
	return json_object_object_get_ex(o, key, out);
}

struct json_object *
value_find(const struct scope *scope, struct str name)
{
	const char *dot = memchr(name.p, '.', name.n);
	size_t n = dot == NULL ? name.n : (size_t)(dot - name.p);
	struct json_object *v = NULL;

	if (str_is(name, "."))
		return scope->value;
	while (scope != NULL && !object_member(scope->value, name.p, n, &v))
		scope = scope->outer;
	while (v != NULL && n < name.n) {
		struct str rest = { name.p + n + 1, name.n - n - 1 };

		dot = memchr(rest.p, '.', rest.n);
		n = dot == NULL ? rest.n : (size_t)(dot - rest.p);
		if (!object_member(v, rest.p, n, &v))
			return NULL;
		name = rest;
	}
	return v;
}

bool
value_true(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(v);
	case json_type_int:
		return json_object_get_int64(v) != 0;
	case json_type_double:
		return json_object_get_double(v) != 0;
	case json_type_string:
		return json_object_get_string_len(v) > 0;
	case json_type_array:
		return json_object_array_length(v) > 0;
	case json_type_object:
		return json_object_object_length(v) > 0;
	}
	return false;
}

int64_t
value_number(struct json_object *v)
{
	if (json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double))
		return json_object_get_int64(v);
	return 0;
}

/* The text of a scalar, "" of anything else.  json-c's own text of numbers is
 * not used: it is kept in the object, which threads may share. */
static const char *
value_text(struct json_object *v, char tmp[TEXT_MAX])
{
	switch (json_object_get_type(v)) {
	case json_type_string:
		return json_object_get_string(v);
	case json_type_boolean:
		return json_object_get_boolean(v) ? "true" : "false";
	case json_type_int:
		snprintf(tmp, TEXT_MAX, "%" PRId64, json_object_get_int64(v));
		return tmp;
	case json_type_double:
		snprintf(tmp, TEXT_MAX, "%.15g", json_object_get_double(v));
		return tmp;
	default:
		return "";
	}
}

bool
value_equals(struct json_object *v, struct str s)
{
	char tmp[TEXT_MAX];

	return str_is(s, value_text(v, tmp));
}

static void
plain_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	char tmp[TEXT_MAX];

	buf_html(out, value_text(value_find(env->scope, args[0]), tmp));
}

static void
raw_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	char tmp[TEXT_MAX];

	buf_str(out, value_text(value_find(env->scope, args[0]), tmp));
}

static void
translated_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	char tmp[TEXT_MAX];

	buf_html(out, i18n_text(env->lang, value_text(value_find(env->scope, args[0]), tmp)));
}

/* Browsers drop tabs and newlines in addresses and read "\" as "/", so "/\t/host"
 * would leave the site. */
static bool
url_allowed(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '\\')
			return false;
	if (*s == '/')
		return s[1] != '/';
	return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
}

static void
url_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	char tmp[TEXT_MAX];
	const char *s = value_text(value_find(env->scope, args[0]), tmp);

	if (url_allowed(s))
		buf_html(out, s);
}

/* The digits of n in groups of three from five digits on, as SI has it. */
static void
digits_write(uint64_t n, struct buf *out)
{
	char digits[TEXT_MAX];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (len > 4 && i > 0 && (len - i) % 3 == 0)
			buf_str(out, NARROW_SPACE);
		buf_add(out, &digits[i], 1);
	}
}

static uint64_t
sign_write(int64_t n, struct buf *out)
{
	if (n >= 0)
		return (uint64_t)n;
	buf_str(out, "\xe2\x88\x92");	/* U+2212, the minus sign */
	return 0 - (uint64_t)n;
}

static void
number_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	struct json_object *v = value_find(env->scope, args[0]);

	if (v != NULL)
		digits_write(sign_write(value_number(v), out), out);
}

/* Decimals of an amount in Stripe's smallest unit.
 * Source: Stripe, "Supported currencies", zero-decimal and three-decimal. */
static int
currency_decimals(const char *currency)
{
	static const char none[] = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf";
	static const char three[] = "bhd jod kwd omr tnd";

	if (strlen(currency) != 3)
		return 2;
	return strstr(none, currency) != NULL ? 0 : strstr(three, currency) != NULL ? 3 : 2;
}

static const char *
currency_symbol(const char *currency)
{
	static const struct {
		const char *currency, *symbol;
	} symbols[] = {
		{ "usd", "$" }, { "eur", "\xe2\x82\xac" }, { "gbp", "\xc2\xa3" },
	};

	for (size_t i = 0; i < COUNT(symbols); i++)
		if (strcmp(symbols[i].currency, currency) == 0)
			return symbols[i].symbol;
	return NULL;
}

/* An amount with that many decimals: "$9.99", "9.99 CHF". */
static void
amount_write(int64_t amount, int decimals, const char *currency, struct buf *out)
{
	const char *symbol = currency_symbol(currency);
	uint64_t n = sign_write(amount, out), unit = 1;

	for (int i = 0; i < decimals; i++)
		unit *= 10;
	if (symbol != NULL)
		buf_str(out, symbol);
	digits_write(n / unit, out);
	if (decimals > 0)
		buf_printf(out, ".%0*" PRIu64, decimals, n % unit);
	if (symbol == NULL && *currency != '\0')
		buf_str(out, "\xc2\xa0");
	for (; symbol == NULL && *currency != '\0'; currency++)
		buf_html(out, (char[]){ (char)toupper((unsigned char)*currency), '\0' });
}

static void
money_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	struct json_object *amount = value_find(env->scope, args[0]);
	char tmp[TEXT_MAX];
	const char *currency = value_text(value_find(env->scope, args[1]), tmp);

	if (amount != NULL)
		amount_write(value_number(amount), currency_decimals(currency), currency, out);
}

/* One decimal more than the currency has, rounded half up. */
static void
per_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	int64_t amount = value_number(value_find(env->scope, args[0]));
	int64_t n = value_number(value_find(env->scope, args[1]));
	char tmp[TEXT_MAX];
	const char *currency = value_text(value_find(env->scope, args[2]), tmp);

	if (n <= 0 || amount < 0 || amount > INT64_MAX / 20)
		return;
	amount_write((amount * 10 / n * 2 + amount * 10 % n * 2 / n + 1) / 2,
	    currency_decimals(currency) + 1, currency, out);
}

/* PostgreSQL writes "2026-11-01T12:00:00.123456+00:00"; what looks otherwise is
 * shown as it is. */
static void
time_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	char tmp[TEXT_MAX];
	const char *s = value_text(value_find(env->scope, args[0]), tmp);
	const char *zone = strpbrk(strlen(s) > 16 && s[10] == 'T' ? s + 16 : "", "Z+-");

	if (*s == '\0')
		return;
	buf_str(out, "<time datetime=\"");
	buf_html(out, s);
	buf_str(out, "\">");
	if (zone == NULL || (strcmp(zone, "Z") != 0 && strcmp(zone, "+00:00") != 0)) {
		buf_html(out, s);
	} else {
		buf_html(out, arena_strndup(out->arena, s, 10));
		buf_str(out, " ");
		buf_html(out, arena_strndup(out->arena, s + 11, 5));
		buf_str(out, " UTC");
	}
	buf_str(out, "</time>");
}

static void
position_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	(void)args;
	buf_printf(out, "%zu", env->scope->position);
}

/* Appends the sum of what is given; it stays at the limit of 64 bits. */
static void
sum_write(const struct str *args, const struct value_env *env, struct buf *out)
{
	int64_t sum = 0;

	for (size_t i = 0; i < VALUE_ARGS && args[i].n > 0; i++)
		if (__builtin_add_overflow(sum, value_number(value_find(env->scope, args[i])), &sum))
			sum = INT64_MAX;
	buf_printf(out, "%" PRId64, sum);
}

static const struct filter plain = { "", 1, 1, plain_write };

static const struct filter filters[] = {
	{ "money", 2, 2, money_write },
	{ "number", 1, 1, number_write },
	{ "per", 3, 3, per_write },
	{ "position", 0, 0, position_write },
	{ "raw", 1, 1, raw_write },
	{ "sum", 1, VALUE_ARGS, sum_write },
	{ "t", 1, 1, translated_write },
	{ "time", 1, 1, time_write },
	{ "url", 1, 1, url_write },
};

static const struct filter *
filter_find(struct str name)
{
	for (size_t i = 0; i < COUNT(filters); i++)
		if (str_is(name, filters[i].name))
			return &filters[i];
	return NULL;
}

const char *
value_parse(struct str text, struct value_call *out)
{
	struct str word, rest;

	str_split(text, &word, &rest);
	out->filter = rest.n == 0 && !str_is(word, "position") ? &plain : filter_find(word);
	if (out->filter == NULL)
		return "unknown directive";
	if (out->filter == &plain)
		rest = word;
	for (size_t i = 0; i < out->filter->max; i++) {
		str_split(rest, &out->args[i], &rest);
		if (out->args[i].n == 0 && i < out->filter->min)
			return "too few names";
		if (out->args[i].n > 0 && !value_name_valid(out->args[i]))
			return "not a name";
	}
	return rest.n > 0 ? "too many names" : NULL;
}

void
value_write(const struct value_call *call, const struct value_env *env, struct buf *out)
{
	call->filter->write(call->args, env, out);
}

/* Takes the next piece of a message: text, or what stands between braces.  False
 * at the end.  An open brace that nothing closes is text. */
static bool
message_next(const char **text, struct str *piece, bool *placeholder)
{
	const char *p = *text, *close = *p == '{' ? strchr(p, '}') : NULL;

	if (*p == '\0')
		return false;
	*placeholder = close != NULL;
	if (close != NULL) {
		*piece = (struct str){ p + 1, (size_t)(close - p - 1) };
		*text = close + 1;
	} else {
		*piece = (struct str){ p, 1 + strcspn(p + 1, "{") };
		*text = p + piece->n;
	}
	return true;
}

/* A translation must not be able to open a hole in the escaping. */
static const char *
placeholder_parse(struct str text, struct value_call *out)
{
	const char *wrong = value_parse(text, out);

	if (wrong == NULL && out->filter->write == raw_write)
		return "raw inside a message";
	return wrong;
}

const char *
message_check(const char *text)
{
	struct value_call call;
	struct str piece;
	bool placeholder;
	const char *wrong = NULL;

	while (wrong == NULL && message_next(&text, &piece, &placeholder))
		if (placeholder)
			wrong = placeholder_parse(piece, &call);
	return wrong;
}

void
message_write(const char *text, const struct value_env *env, struct buf *out)
{
	struct value_call call;
	struct str piece;
	bool placeholder;

	while (message_next(&text, &piece, &placeholder)) {
		if (!placeholder)
			buf_html(out, arena_strndup(out->arena, piece.p, piece.n));
		else if (placeholder_parse(piece, &call) == NULL)
			value_write(&call, env, out);
	}
}
