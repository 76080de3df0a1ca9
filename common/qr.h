/* SPDX-License-Identifier: MIT */
/* QR codes as pages draw them.  The only file that talks to libqrencode. */
#ifndef GATEHOUSE_QR_H
#define GATEHOUSE_QR_H

#include <stdbool.h>

struct arena;

struct qr {
	int size;		/* modules on a side; readers want 4 more, light, around */
	const char *path;	/* the dark modules as the d of an SVG path, one unit each */
};

/* The code of a text, error correction M (ISO/IEC 18004: up to 15 % may be lost).
 * In the arena.  False when the text is empty or too long, about 2,300 bytes. */
bool qr_make(struct arena *a, const char *text, struct qr *out);

#endif
