/* SPDX-License-Identifier: MIT */
/* Errors: functions return 0 (or a count) or a negative E_* from errors.tab.
 * The text is set once, where the fault is seen; a lower error is never
 * overwritten on the way up. */
#ifndef GATEHOUSE_ERR_H
#define GATEHOUSE_ERR_H

#include "errors.h"	/* generated from errors.tab: E_*, struct error_row */

struct err {
	int code;		/* 0 or E_* */
	const char *detail;	/* JSON object merged into the answer, or NULL; static or in the request's arena */
	char log[512];		/* for the log only, never sent */
};

/* Sets code and the log text unless an error is set already; returns the code
 * that is in force.  Use: return err_set(e, E_BAD_JSON, "at byte %zu", i); */
int err_set(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The row of a code; never NULL (an unknown code gives E_INTERNAL's). */
const struct error_row *error_row(int code);

/* The code of a name, or E_INTERNAL. */
int error_code(const char *name);

#endif
