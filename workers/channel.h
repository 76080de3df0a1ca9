/* SPDX-License-Identifier: MIT */
/* A way out of the outbox: what it makes of a message, and of the answer. */
#ifndef GATEHOUSE_CHANNEL_H
#define GATEHOUSE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/fetch.h"

struct arena;
struct err;
struct json_object;

/* One message as it was claimed. */
struct job {
	const char *id;
	int64_t claim;			/* which taking of it this is */
	const char *kind, *created_at;
	int64_t at;			/* the site's time, unix seconds */
	struct json_object *payload;
};

/* What an answer means for the message; see api.outbox_record(). */
struct verdict {
	const char *fate;		/* done, again, refused, pause, halt, moved */
	const char *outcome;		/* a word for done and refused; NULL: the usual one */
	const char *error;		/* what the far side said, or NULL */
	int64_t wait_ms;		/* not before, when the far side said so */
	bool wide;			/* pause: the whole channel, not only the destination */
	const char *to;			/* moved: where to */
	bool answer;			/* the answer's body is wanted by the database */
};

struct channel {
	const char *name;		/* its row in outbox_channels */
	/* Reads settings and files.  *digest: a text that changes with the credentials,
	 * in the arena, which lasts as long as the program; NULL when they are not set.
	 * 0 or E_*. */
	int (*open)(struct arena *a, const char **digest, struct err *e);
	/* Makes the request in the arena.  E_* when the message is no good. */
	int (*request)(struct arena *a, const struct job *j, struct fetch_request *q, struct err *e);
	/* Judges an answer; v is zeroed. */
	void (*judge)(struct arena *a, const struct job *j, const struct fetch_result *r,
	    struct verdict *v);
};

extern const struct channel notice_channel, telegram_channel, stripe_channel;

/* What Retry-After asks for, in milliseconds, at most a day; 0 when it does not.
 * Its other form, a date, is passed over (RFC 9110 section 10.2.3). */
int64_t retry_after_ms(struct arena *a, const struct fetch_result *r);

#endif
