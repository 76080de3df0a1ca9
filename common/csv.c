/* SPDX-License-Identifier: MIT */
#include "common/csv.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"

static void
cell_write(struct buf *out, const char *guard, const char *s)
{
	buf_str(out, "\"");
	buf_str(out, guard);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_str(out, "\"");
		buf_add(out, s, 1);
	}
	buf_str(out, "\"");
}

static void
value_write(struct buf *out, struct json_object *value)
{
	const char *s = value != NULL ? json_object_get_string(value) : "";
	bool formula = json_object_is_type(value, json_type_string) && *s != '\0' &&
	    strchr("=+-@\t\r\n", *s) != NULL;

	cell_write(out, formula ? "'" : "", s);
}

void
csv_head(struct buf *out, const char *const *columns, size_t n)
{
	for (size_t c = 0; c < n; c++)
		buf_printf(out, "%s%s", c > 0 ? "," : "", columns[c]);
	buf_str(out, "\r\n");
}

void
csv_rows(struct buf *out, const struct json_object *rows, const char *const *columns, size_t n)
{
	size_t count = rows != NULL ? json_object_array_length(rows) : 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t c = 0; c < n; c++) {
			buf_str(out, c > 0 ? "," : "");
			value_write(out, json_member(json_object_array_get_idx(rows, i), columns[c]));
		}
		buf_str(out, "\r\n");
	}
}

void
csv_write(struct buf *out, const struct json_object *rows, const char *const *columns, size_t n)
{
	csv_head(out, columns, n);
	csv_rows(out, rows, columns, n);
}
