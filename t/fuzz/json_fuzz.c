/* SPDX-License-Identifier: MIT */
/* Whatever json_parse() accepts can be written and read again, and is the same. */
#include <string.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/json.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "json";

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	struct json_object *o, *again;
	struct err e = { 0 };
	const char *text;
	int rc = json_parse(a, (const char *)p, n, JSON_DEPTH, &o, &e);

	PROMISE(rc == e.code);
	PROMISE(rc == 0 || rc == E_BAD_JSON || rc == E_INVALID_FIELD);
	if (rc == 0) {
		text = json_write(a, o);
		PROMISE(json_parse(a, text, strlen(text), JSON_DEPTH, &again, &e) == 0);
		PROMISE(strcmp(json_write(a, again), text) == 0);
		json_text(o, "a");
	}
	arena_free(a);
	return 0;
}
