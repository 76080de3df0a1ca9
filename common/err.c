/* SPDX-License-Identifier: MIT */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e->code != 0)
		return e->code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->log, sizeof e->log, fmt, ap);
	va_end(ap);
	return code;
}

const struct error_row *
error_row(int code)
{
	if (code >= 0 || -code > ERRORS_COUNT)
		code = E_INTERNAL;
	return &error_rows[-code];
}

int
error_code(const char *name)
{
	for (int i = 1; i <= ERRORS_COUNT; i++)
		if (strcmp(error_rows[i].name, name) == 0)
			return -i;
	return E_INTERNAL;
}
