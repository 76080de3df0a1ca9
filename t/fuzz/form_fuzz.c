/* SPDX-License-Identifier: MIT */
/* Fields that form_parse() accepts are UTF-8 and can be found again; cookies are
 * cut out of the header and nothing else. */
#include <string.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/form.h"
#include "common/utf8.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "form";

static void
form_check(struct arena *a, const char *p, size_t n)
{
	struct err e = { 0 };
	struct form f;

	if (form_parse(a, p, n, &f, &e) < 0) {
		PROMISE(e.code == E_BAD_FORM);
		return;
	}
	PROMISE(f.count <= FORM_FIELDS);
	for (size_t i = 0; i < f.count; i++) {
		PROMISE(utf8_valid(f.fields[i].name, strlen(f.fields[i].name)));
		PROMISE(utf8_valid(f.fields[i].value, strlen(f.fields[i].value)));
		PROMISE(form_value(&f, f.fields[i].name) != NULL);
		PROMISE(form_count(&f, f.fields[i].name) >= 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	const char *header = arena_strndup(a, (const char *)p, n), *value;

	form_check(a, (const char *)p, n);
	value = cookie_value(a, header, "session");
	PROMISE(value == NULL || (strstr(header, value) != NULL && strpbrk(value, "; ") == NULL));
	arena_free(a);
	return 0;
}
