/* SPDX-License-Identifier: MIT */
/* Renders a page without a site:
 *
 *   render PAGES LOCALE LANG PAGE DATA.json GLOBALS.json
 *
 * prints pages/PAGE.html filled from DATA on standard output.  LANG as in
 * Accept-Language.  Used by t/pages. */
#include <json-c/json.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/i18n.h"
#include "common/template.h"

static int
render(char **argv, struct buf *out, struct err *e)
{
	struct json_object *data = json_object_from_file(argv[5]);
	struct json_object *globals = json_object_from_file(argv[6]);
	struct i18n *i = i18n_load(argv[2], e);
	struct template_set *set = template_load(argv[1], e);
	const struct catalogue *c;
	int rc = e->code;

	if (data == NULL || globals == NULL)
		rc = err_set(e, E_BAD_JSON, "%s", json_util_get_last_err());
	if (rc == 0) {
		c = i18n_pick(i, argv[3], NULL);
		json_object_object_add(globals, "lang", json_object_new_string(i18n_language(c)));
		rc = template_render(set, argv[4], data, globals, c, out, e);
	}
	template_free(set);
	i18n_free(i);
	json_object_put(data);
	json_object_put(globals);
	return rc;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct err e = { 0 };
	struct buf out;
	int rc;

	if (argc != 7) {
		fprintf(stderr, "usage: render PAGES LOCALE LANG PAGE DATA.json GLOBALS.json\n");
		arena_free(a);
		return 2;
	}
	buf_init(&out, a);
	rc = render(argv, &out, &e);
	if (rc < 0)
		fprintf(stderr, "%s\n", e.log);
	else
		fputs(buf_text(&out), stdout);
	arena_free(a);
	return rc < 0;
}
