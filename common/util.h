/* SPDX-License-Identifier: MIT */
#ifndef GATEHOUSE_UTIL_H
#define GATEHOUSE_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A piece of somebody else's memory; not NUL-terminated. */
struct str {
	const char *p;
	size_t n;
};

/* Microseconds of a clock that only runs forward; for measuring and time-outs. */
static inline uint64_t
micros_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#endif
