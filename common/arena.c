/* SPDX-License-Identifier: MIT */
#include "common/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 4064	/* with what malloc() adds a page; most requests fit into two */

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct block *blocks;	/* the newest first; none while it is empty */
	struct deferred *deferred;
};

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof *b + size);

	if (b == NULL)
		abort();
	b->next = NULL;
	b->used = 0;
	b->size = size;
	return b;
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	return a;
}

static void
arena_run_deferred(struct arena *a)
{
	/* The records live in the blocks, so they go before the blocks do. */
	for (struct deferred *d = a->deferred; d != NULL; d = d->next)
		d->fn(d->arg);
	a->deferred = NULL;
}

void
arena_reset(struct arena *a)
{
	struct block *b;

	arena_run_deferred(a);
	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		free(b);
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a);
}

/* What n bytes take up in a block. */
static size_t
room(size_t n)
{
	const size_t align = alignof(max_align_t);

	if (n > SIZE_MAX / 2)
		abort();
	return (n + align - 1) & ~(align - 1);
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->blocks;
	void *p;

	n = room(n);
	if (b == NULL || b->size - b->used < n) {
		b = block_new(n > BLOCK_SIZE ? n : BLOCK_SIZE);
		b->next = a->blocks;
		a->blocks = b;
	}
	p = b->data + b->used;
	b->used += n;
	return memset(p, 0, n);
}

bool
arena_extend(struct arena *a, void *p, size_t old, size_t n)
{
	struct block *b = a->blocks;
	size_t more = room(n) - room(old);

	if ((char *)p + room(old) != b->data + b->used || b->size - b->used < more)
		return false;
	memset((char *)p + old, 0, n - old);
	b->used += more;
	return true;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(p, s, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct deferred *d = arena_alloc(a, sizeof *d);

	d->fn = fn;
	d->arg = arg;
	d->next = a->deferred;
	a->deferred = d;
}
