/* SPDX-License-Identifier: MIT */
/* Finding the files that the command works with. */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/conf.h"
#include "common/file.h"

#define DATA_FILE_BYTES ((size_t)4 << 20)

/* Takes the next directory off *dirs; NULL when none is left. */
static const char *
dir_next(struct arena *a, const char **dirs)
{
	size_t n = strcspn(*dirs, ":");
	const char *dir = arena_strndup(a, *dirs, n);

	if (n == 0)
		return NULL;
	*dirs += n + ((*dirs)[n] == ':');
	return dir;
}

static const char *
data_dirs(struct cli *c)
{
	const char *dirs = conf_get(c->conf, "GATEHOUSE_DATADIR");

	return dirs != NULL ? dirs : GATEHOUSE_DATADIR;
}

const char *
data_find(struct cli *c, const char *name)
{
	const char *dirs = data_dirs(c), *dir, *path, *slash = strrchr(name, '/');

	while ((dir = dir_next(c->arena, &dirs)) != NULL) {
		path = arena_printf(c->arena, "%s/%s", dir, name);
		if (access(path, R_OK) == 0)
			return path;
		path = arena_printf(c->arena, "%s%s", dir, slash == NULL ? "/" : slash);
		if (slash != NULL && access(path, R_OK) == 0)
			return path;
	}
	err_set(&c->err, E_INTERNAL, "no %s in %s", name, data_dirs(c));
	return NULL;
}

int
data_read(struct cli *c, const char *name, struct str *out)
{
	const char *path = data_find(c, name);

	if (path == NULL)
		return c->err.code;
	return file_read(c->arena, path, DATA_FILE_BYTES, out, &c->err);
}

static int
name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && strcmp(s + n - m, suffix) == 0;
}

/* A list of names that grows in the arena. */
struct names {
	const char **list;
	size_t n, cap;
};

static void
names_add(struct arena *a, struct names *s, const char *name)
{
	const char **longer;

	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		longer = arena_alloc(a, s->cap * sizeof *longer);
		if (s->n > 0)
			memcpy(longer, s->list, s->n * sizeof *longer);
		s->list = longer;
	}
	s->list[s->n++] = arena_strdup(a, name);
}

static void
names_sort(struct names *s)
{
	size_t kept = 0;

	if (s->n == 0)
		return;
	qsort(s->list, s->n, sizeof *s->list, name_order);
	for (size_t i = 1; i < s->n; i++)
		if (strcmp(s->list[i], s->list[kept]) != 0)
			s->list[++kept] = s->list[i];
	s->n = kept + 1;
}

int
data_list(struct cli *c, const char *folder, const char *suffix, const char ***names)
{
	const char *dirs = data_dirs(c), *dir;
	struct names found = { 0 };
	struct dirent *entry;

	while ((dir = dir_next(c->arena, &dirs)) != NULL) {
		DIR *d = opendir(arena_printf(c->arena, "%s/%s", dir, folder));

		while (d != NULL && (entry = readdir(d)) != NULL)
			if (entry->d_name[0] != '.' && ends_with(entry->d_name, suffix))
				names_add(c->arena, &found, entry->d_name);
		if (d != NULL)
			closedir(d);
	}
	if (found.n == 0)
		return err_set(&c->err, E_INTERNAL, "no %s/*%s in %s", folder, suffix, data_dirs(c));
	names_sort(&found);
	*names = found.list;
	return (int)found.n;
}
