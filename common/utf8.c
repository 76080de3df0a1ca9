/* SPDX-License-Identifier: MIT */
#include "common/utf8.h"

static bool
continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The second byte decides over overlong forms, surrogates and the end of the
 * code space. */
static bool
second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

size_t
utf8_length(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t want;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		want = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		want = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		want = 4;
	else
		return 0;
	if (n < want || !continues(p[1]) || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < want; i++)
		if (!continues(p[i]))
			return 0;
	return want;
}

bool
utf8_valid(const char *p, size_t n)
{
	size_t step;

	for (size_t i = 0; i < n; i += step) {
		step = utf8_length(p + i, n - i);
		if (step == 0 || p[i] == '\0')
			return false;
	}
	return true;
}
