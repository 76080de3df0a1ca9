/* SPDX-License-Identifier: MIT */
/* Whole files, for what is read once when a program starts. */
#ifndef GATEHOUSE_FILE_H
#define GATEHOUSE_FILE_H

#include "common/util.h"

struct arena;
struct err;

/* Reads the whole file at path into out, in arena a, with a NUL behind its last
 * byte that out->n does not count.  At most max bytes.  Returns 0, or E_INTERNAL
 * with the reason in e. */
int file_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e);

#endif
