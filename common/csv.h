/* SPDX-License-Identifier: MIT */
/* Tables for spreadsheets. */
#ifndef GATEHOUSE_CSV_H
#define GATEHOUSE_CSV_H

#include <stddef.h>

struct buf;
struct json_object;

/* Appends a line of the n column names and a line for each object of the array rows
 * (NULL: none) with those members, as RFC 4180 has it.  Text that a spreadsheet
 * would run as a formula gets an apostrophe in front. */
void csv_write(struct buf *out, const struct json_object *rows, const char *const *columns,
    size_t n);

#endif
