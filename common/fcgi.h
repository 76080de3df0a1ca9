/* SPDX-License-Identifier: MIT */
/* The FastCGI protocol as the responder speaks it: bytes in, one request at a
 * time, records out.  No input or output happens here.
 * Source of all constants and rules: FastCGI Specification 1.0. */
#ifndef GATEHOUSE_FCGI_H
#define GATEHOUSE_FCGI_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/util.h"

struct arena;

#define FCGI_PARAMS_MAX 131072	/* bytes of parameters; nginx takes 40 KiB of headers */

enum fcgi_state {
	FCGI_IDLE,	/* between requests */
	FCGI_READING,	/* a request is coming */
	FCGI_READY,	/* a request is whole and waits for fcgi_answer() */
	FCGI_BROKEN,	/* not our protocol: close the connection */
};

/* One connection.  All zero but for the arena, out and body_max is a new one. */
struct fcgi {
	struct arena *arena;	/* for one request; reset it after the answer was sent */
	struct buf *out;	/* records to be sent to the peer */
	size_t body_max;	/* bytes kept of a body; more are counted only */
	enum fcgi_state state;
	bool keep;		/* the peer wants to use the connection again */
	bool aborted;		/* the peer no longer wants the answer */
	struct buf params, body;
	size_t body_size;	/* bytes of body that came */

	/* Where in the stream of records we are. */
	unsigned char header[8], fixed[8];
	size_t header_n, content_left, padding_left, fixed_n;
	unsigned id;		/* of the request that is read or served */
	bool params_done;
	unsigned char asked[256];	/* a management record's content, what fits */
	size_t asked_n;
};

/* Takes n bytes from the peer.  What they ask for of themselves (management
 * records, a second request at the same time, an unknown role) is answered in
 * f->out.  Afterwards f->state says what is next. */
void fcgi_feed(struct fcgi *f, const void *p, size_t n);

/* The parameters of a whole request as "NAME=value" strings ended by NULL, owned
 * by the arena; NULL when they are cut short. */
char **fcgi_env(struct fcgi *f);

/* Appends the answer: HTTP head and body, and the end of the request.  An aborted
 * one gets the end only.  The next request may come. */
void fcgi_answer(struct fcgi *f, struct str head, struct str body);

/* Says after an answer that the connection ends with it: appends an empty record.
 * The protocol has no word for it, but nginx keeps no connection on which more came
 * than the end of its request; closing alone would meet the next request under way. */
void fcgi_farewell(struct fcgi *f);

#endif
