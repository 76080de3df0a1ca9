/* SPDX-License-Identifier: MIT */
#include "common/telegram.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/json.h"
#include "common/util.h"

#define DIGITS "0123456789"

const char *
telegram_bot_id(struct arena *a, const char *token)
{
	size_t n = strspn(token, DIGITS);

	return n > 0 && token[n] == ':' ? arena_strndup(a, token, n) : NULL;
}

/* A line break would let one field pass for two, "=" move the border of a name. */
static bool
line_plain(const char *name, const char *value)
{
	return *name != '\0' && strpbrk(name, "=\r\n") == NULL && strpbrk(value, "\r\n") == NULL;
}

static int
line_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "name=value" of every field but the hash; the number of lines, or -1. */
static int
lines_make(struct arena *a, struct json_object *fields, const char *lines[TELEGRAM_FIELDS])
{
	int n = 0;

	json_object_object_foreach(fields, name, value) {
		const char *text = json_object_get_string(value);

		if (strcmp(name, "hash") == 0)
			continue;
		if (n == TELEGRAM_FIELDS || (!json_object_is_type(value, json_type_string) &&
		    !json_object_is_type(value, json_type_int)) || !line_plain(name, text))
			return -1;
		lines[n++] = arena_printf(a, "%s=%s", name, text);
	}
	return n;
}

/* The lines were made in the order of the members. */
static void
fields_to_text(struct json_object *fields)
{
	json_object_object_del(fields, "hash");
	json_object_object_foreach(fields, name, value)
		if (!json_object_is_type(value, json_type_string))
			json_object_object_add(fields, name,
			    json_object_new_string(json_object_get_string(value)));
}

static const char *
widget_mac(struct arena *a, const char *token, const char **lines, int n)
{
	unsigned char key[SHA256_SIZE], mac[SHA256_SIZE];
	struct str text;
	struct buf b;

	qsort(lines, (size_t)n, sizeof *lines, line_compare);
	buf_init(&b, a);
	for (int i = 0; i < n; i++) {
		buf_str(&b, i > 0 ? "\n" : "");
		buf_str(&b, lines[i]);
	}
	hex_decode(key, sizeof key, (struct str){ sha256_hex(a, token, strlen(token)), 2 * SHA256_SIZE });
	text = (struct str){ buf_text(&b), b.n };
	hmac_sha256(mac, (struct str){ (char *)key, sizeof key }, &text, 1);
	secret_wipe(key, sizeof key);
	return hex_encode(a, mac, sizeof mac);
}

int
telegram_widget_check(struct arena *a, const char *token, struct json_object *fields,
    const char **hash, struct err *e)
{
	const char *lines[TELEGRAM_FIELDS], *given = json_text(fields, "hash");
	int n = lines_make(a, fields, lines);

	if (token == NULL || *token == '\0')
		return err_set(e, E_NOT_CONFIGURED, "no TELEGRAM_BOT_TOKEN");
	if (n <= 0 || given == NULL)
		return err_set(e, E_SIGN_IN_FAILED, "login widget: no fields of its");
	if (!secret_equal_text(given, widget_mac(a, token, lines, n)))
		return err_set(e, E_SIGN_IN_FAILED, "login widget: wrong hash");
	*hash = arena_strdup(a, given);
	fields_to_text(fields);
	return 0;
}
