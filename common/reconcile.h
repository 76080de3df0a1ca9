/* SPDX-License-Identifier: MIT */
/* Holds our books against Stripe's: for gatehouse reconcile and the worker. */
#ifndef GATEHOUSE_RECONCILE_H
#define GATEHOUSE_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/stripe.h"

struct arena;
struct db;
struct err;

#define RECONCILE_DAYS 30	/* how far back; Stripe keeps events no longer */

struct reconcile_count {
	int64_t seen, missing, repaired;	/* missing counts what was repaired, too */
};

struct reconcile {
	struct db *db;
	const char *caller;		/* application_name of the calls */
	struct stripe stripe;
	bool dry_run;
	int days;
	/* Told of each kind of thing that was walked; NULL: nobody.  False ends the walk
	 * with E_UNAVAILABLE. */
	bool (*walked)(void *arg, const char *kind, const struct reconcile_count *n);
	void *arg;
	struct reconcile_count sum;	/* of all */
};

/* Walks Stripe's events (kept there for 30 days), also those never delivered, then
 * the objects that money made, whose events may be gone; what we miss is applied by
 * the same SQL as a delivery; last, lines of what was bought that nobody told us
 * yet.  The database decides and remembers.  0 or E_*. */
int reconcile_run(struct reconcile *r, struct arena *a, struct err *e);

#endif
