/* SPDX-License-Identifier: MIT */
/* However the bytes of a connection are cut, fcgi_feed() comes to the same state;
 * what it keeps is bounded; what it sends is whole records. */
#include <string.h>

#include "common/arena.h"
#include "common/fcgi.h"
#include "t/fuzz/fuzz.h"

#define BODY_MAX 64

const char fuzz_corpus[] = "fcgi";

struct peer {
	struct arena *arena;
	struct buf out;
	struct fcgi f;
	size_t answered;
};

static void
peer_init(struct peer *p)
{
	*p = (struct peer){ .arena = arena_new() };
	buf_init(&p->out, p->arena);
	p->f = (struct fcgi){ .arena = p->arena, .out = &p->out, .body_max = BODY_MAX };
}

static void
request_check(struct fcgi *f)
{
	char **env = fcgi_env(f);
	struct str head = { "Status: 200\r\n\r\n", 15 }, body = { f->body.p, f->body.n };

	PROMISE(f->params.n <= FCGI_PARAMS_MAX);
	PROMISE(f->body.n <= BODY_MAX && f->body.n <= f->body_size);
	for (; env != NULL && *env != NULL; env++)
		PROMISE(strlen(*env) <= FCGI_PARAMS_MAX);
	fcgi_answer(f, head, body);
	PROMISE(f->state == FCGI_IDLE);
}

/* Feeds n bytes in pieces; a whole request is answered before the next piece. */
static void
peer_feed(struct peer *p, const uint8_t *bytes, size_t n, size_t piece)
{
	for (size_t i = 0, k; i < n && p->f.state != FCGI_BROKEN; i += k) {
		k = n - i < piece ? n - i : piece;
		fcgi_feed(&p->f, bytes + i, k);
		if (p->f.state == FCGI_READY) {
			request_check(&p->f);
			p->answered++;
		}
	}
}

static void
records_check(const struct buf *out)
{
	size_t i = 0;

	while (i < out->n) {
		PROMISE(out->n - i >= 8 && out->p[i] == 1);
		i += 8 + ((size_t)(uint8_t)out->p[i + 4] << 8) + (uint8_t)out->p[i + 5] +
		    (uint8_t)out->p[i + 6];
	}
	PROMISE(i == out->n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct peer one, three, whole;

	peer_init(&one);
	peer_init(&three);
	peer_init(&whole);
	peer_feed(&one, p, n, 1);
	peer_feed(&three, p, n, 3);
	peer_feed(&whole, p, n, n);
	records_check(&one.out);
	records_check(&three.out);
	records_check(&whole.out);
	/* Requests that come while one waits are refused, so only the first is sure. */
	PROMISE(one.answered >= whole.answered && (one.answered > 0) == (three.answered > 0));
	arena_free(one.arena);
	arena_free(three.arena);
	arena_free(whole.arena);
	return 0;
}
