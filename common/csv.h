/* SPDX-License-Identifier: MIT */
/* Tables for spreadsheets. */
#ifndef GATEHOUSE_CSV_H
#define GATEHOUSE_CSV_H

#include <stddef.h>

struct buf;
struct json_object;

/* Appends a line of the n column names, as RFC 4180 has it. */
void csv_head(struct buf *out, const char *const *columns, size_t n);

/* Appends a line for each object of the array rows (NULL: none) with the n members
 * that columns names.  Text that a spreadsheet would run as a formula gets an
 * apostrophe in front. */
void csv_rows(struct buf *out, const struct json_object *rows, const char *const *columns,
    size_t n);

/* Both: a whole table. */
void csv_write(struct buf *out, const struct json_object *rows, const char *const *columns,
    size_t n);

#endif
