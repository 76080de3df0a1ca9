/* SPDX-License-Identifier: MIT */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/utf8.h"

void
buf_init(struct buf *b, struct arena *a)
{
	*b = (struct buf){ .arena = a };
}

static void
buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;
	char *p;

	if (more < b->cap - b->n)
		return;
	while (cap - b->n <= more)
		cap *= 2;
	if (b->p != NULL && arena_extend(b->arena, b->p, b->cap, cap)) {
		b->cap = cap;
		return;
	}
	p = arena_alloc(b->arena, cap);
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
}

void
buf_add(struct buf *b, const char *p, size_t n)
{
	buf_reserve(b, n);
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	buf_reserve(b, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

static const char *
html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
buf_html(struct buf *b, const char *s)
{
	const char *entity;

	for (; *s != '\0'; s++) {
		entity = html_entity(*s);
		if (entity != NULL)
			buf_str(b, entity);
		else
			buf_add(b, s, 1);
	}
}

static void
buf_json_ascii(struct buf *b, char c)
{
	switch (c) {
	case '"':
		buf_str(b, "\\\"");
		break;
	case '\\':
		buf_str(b, "\\\\");
		break;
	case '\n':
		buf_str(b, "\\n");
		break;
	case '\r':
		buf_str(b, "\\r");
		break;
	case '\t':
		buf_str(b, "\\t");
		break;
	default:
		if ((unsigned char)c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", (unsigned)c);
		else
			buf_add(b, &c, 1);
	}
}

void
buf_json(struct buf *b, const char *s)
{
	size_t left = strlen(s), n;

	buf_str(b, "\"");
	for (; left > 0; s += n, left -= n) {
		n = utf8_length(s, left);
		if (n == 1) {
			buf_json_ascii(b, *s);
		} else if (n > 1) {
			buf_add(b, s, n);
		} else {
			buf_str(b, "\xef\xbf\xbd");
			n = 1;
		}
	}
	buf_str(b, "\"");
}

void
buf_url(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_add(b, s, 1);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

const char *
buf_text(const struct buf *b)
{
	return b->p != NULL ? b->p : "";
}
