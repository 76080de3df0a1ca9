/* SPDX-License-Identifier: MIT */
#include "common/qr.h"

#include <qrencode.h>

#include "common/buf.h"

/* Appends the dark runs of row y. */
static void
row_write(struct buf *out, const QRcode *code, int y)
{
	const unsigned char *row = code->data + (long)y * code->width;

	for (int x = 0, n; x < code->width; x += n) {
		for (n = 1; x + n < code->width && (row[x] & 1) == (row[x + n] & 1); n++)
			continue;
		if (row[x] & 1)	/* libqrencode: bit 0 of a module is its colour */
			buf_printf(out, "M%d %dh%dv1h-%dz", x, y, n, n);
	}
}

bool
qr_make(struct arena *a, const char *text, struct qr *out)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	struct buf path;

	if (code == NULL)
		return false;
	buf_init(&path, a);
	for (int y = 0; y < code->width; y++)
		row_write(&path, code, y);
	*out = (struct qr){ .size = code->width, .path = buf_text(&path) };
	QRcode_free(code);
	return true;
}
