/* SPDX-License-Identifier: MIT */
/* gatehouse.conf: NAME=value lines as systemd's EnvironmentFile reads them,
 * overridden by the environment. */
#ifndef GATEHOUSE_CONF_H
#define GATEHOUSE_CONF_H

#include <stddef.h>

struct arena;
struct err;
struct conf;

/* Reads the file: # and ; begin comment lines, white space around name and value
 * goes, 'single' and "double" quotes hold what is in them (backslash escapes in
 * the latter), a backslash at a line's end continues it.  A NULL path is an empty file.  Owned by
 * the arena.  Returns 0, or E_INTERNAL with path, line and reason for the log. */
int conf_load(struct arena *a, const char *path, struct conf **out, struct err *e);

/* The setting from the environment, else from the file; NULL when neither has it
 * or it is empty: an empty secret is no secret. */
const char *conf_get(const struct conf *c, const char *name);

/* The i-th name in the file that is no setting of ours (a typing mistake shuts a
 * door without a word), or NULL beyond the last. */
const char *conf_unknown(const struct conf *c, size_t i);

#endif
