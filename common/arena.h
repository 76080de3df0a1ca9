/* SPDX-License-Identifier: MIT */
/* One arena per request: everything a request needs is taken from it and goes
 * at once when it is answered.  Handlers never free. */
#ifndef GATEHOUSE_ARENA_H
#define GATEHOUSE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A new, empty arena.  Owned by the caller: arena_free().  Aborts when memory
 * is out, as every function here does: bodies are bounded, and the supervisor
 * starts the program again. */
struct arena *arena_new(void);

/* Runs the deferred functions, newest first, and gives everything back. */
void arena_free(struct arena *a);

/* As arena_free(), but the arena itself stays for the next request. */
void arena_reset(struct arena *a);

/* n zeroed bytes, aligned for any type, valid until the reset. */
void *arena_alloc(struct arena *a, size_t n);

/* Makes the old bytes at p, from arena_alloc(), n bytes where they stand, n being no
 * less.  False, with nothing done, when others came after them or there is no room. */
bool arena_extend(struct arena *a, void *p, size_t old, size_t n);

/* A NUL-terminated copy of n bytes at s. */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* A copy of the string s. */
char *arena_strdup(struct arena *a, const char *s);

/* A formatted string. */
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls fn(arg) when the arena is reset or freed: how foreign objects (json-c
 * trees, libpq results) are given back. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

#endif
