/* SPDX-License-Identifier: MIT */
#ifndef GATEHOUSE_UTF8_H
#define GATEHOUSE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes (1 to 4) of the well-formed UTF-8 character at p, of which n
 * bytes may be read; 0 when it is malformed, overlong, a surrogate, beyond
 * U+10FFFF or cut off.  Source: Unicode 15, table 3-7. */
size_t utf8_length(const char *p, size_t n);

/* Whether all n bytes are well-formed UTF-8 without NUL. */
bool utf8_valid(const char *p, size_t n);

#endif
