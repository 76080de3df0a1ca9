/* SPDX-License-Identifier: MIT */
/* A growing output buffer in an arena.  Text from outside goes in through one
 * of the escaping writers. */
#ifndef GATEHOUSE_BUF_H
#define GATEHOUSE_BUF_H

#include <stddef.h>

struct arena;

struct buf {
	struct arena *arena;
	char *p;	/* NUL-terminated once anything was written, else NULL */
	size_t n, cap;
};

/* An empty buffer that grows in arena a; it goes with the arena. */
void buf_init(struct buf *b, struct arena *a);

/* Appends n raw bytes; the string s; formatted text. */
void buf_add(struct buf *b, const char *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends s escaped for HTML text and quoted attributes. */
void buf_html(struct buf *b, const char *s);

/* Appends s as a quoted JSON string; bytes that are not UTF-8 become U+FFFD. */
void buf_json(struct buf *b, const char *s);

/* Appends s percent-encoded for one URL component or form value. */
void buf_url(struct buf *b, const char *s);

/* What was written, as a string ("" when nothing was).  Owned by the arena. */
const char *buf_text(const struct buf *b);

#endif
