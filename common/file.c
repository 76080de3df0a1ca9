/* SPDX-License-Identifier: MIT */
#include "common/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/arena.h"
#include "common/err.h"

static int
file_read_open(struct arena *a, FILE *f, const char *path, size_t max, struct str *out,
    struct err *e)
{
	struct stat st;
	char *p;

	if (fstat(fileno(f), &st) < 0)
		return err_set(e, E_INTERNAL, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || (uintmax_t)st.st_size > max)
		return err_set(e, E_INTERNAL, "%s: not a file of at most %zu bytes", path, max);
	p = arena_alloc(a, (size_t)st.st_size + 1);
	out->p = p;
	out->n = fread(p, 1, (size_t)st.st_size, f);
	if (out->n < (size_t)st.st_size)
		return err_set(e, E_INTERNAL, "%s: cannot be read whole", path);
	return 0;
}

int
file_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e)
{
	FILE *f = fopen(path, "rbe");
	int rc;

	if (f == NULL)
		return err_set(e, E_INTERNAL, "%s: %s", path, strerror(errno));
	rc = file_read_open(a, f, path, max, out, e);
	fclose(f);
	return rc;
}
