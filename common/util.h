/* SPDX-License-Identifier: MIT */
#ifndef GATEHOUSE_UTIL_H
#define GATEHOUSE_UTIL_H

#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A piece of somebody else's memory; not NUL-terminated. */
struct str {
	const char *p;
	size_t n;
};

#endif
