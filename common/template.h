/* SPDX-License-Identifier: MIT */
/* HTML pages: text with directives in double braces, filled from JSON.
 *
 *   {{a.b}}                     the value, escaped; nothing when there is none
 *   {{url a}}                   an http(s) address or a path of this site, else nothing
 *   {{money amount currency}}   cents as "$9.99"
 *   {{per amount n currency}}   cents divided by n, as "$0.040"
 *   {{number n}}                a whole number in groups of three digits
 *   {{sum a b c}}               whole numbers added up, at most eight
 *   {{time t}}                  an ISO 8601 time as <time>, "2026-11-01 12:00 UTC" in it;
 *                               not for attributes
 *   {{position}}                place in the innermost each, from 0
 *   {{t a}}                     the value, translated, escaped
 *   {{raw a}}                   the value as it is: the only way past the escaping
 *   {{_ Hello {name}}}          a translated message; in single braces any of the above but raw
 *   {{n count One seat|{count} seats}}      the same, counted
 *   {{if a}} {{if a = word}} {{else}} {{end}}     absent, null, false, 0, "", [] and {} are false
 *   {{each list}} {{end}}       for each item; names are looked for in it, then outside;
 *                               {{.}} is the item itself
 *   {{> name}}                  what _name.html says, with the names seen here
 *   {{block title}} {{end}}     in a page: what layout.html shows at {{slot title}};
 *                               all the rest of the page shows at {{slot content}}
 *   {{# any text}}              nothing
 *
 * if, else, end, each, block, > and # alone on a line leave no line behind.  Names
 * are looked for in the innermost item, outwards to the page's data, then in the
 * globals. */
#ifndef GATEHOUSE_TEMPLATE_H
#define GATEHOUSE_TEMPLATE_H

struct buf;
struct catalogue;
struct err;
struct json_object;

/* All pages of the site; read-only once loaded, so threads may share it. */
struct template_set;

/* Compiles every *.html of dir: layout.html, partials (_name.html) and pages.
 * Owned by the caller: template_free().  NULL on any mistake in any of them (an
 * unknown directive, an open block, a partial that is not there or includes
 * itself, a block without slot); e->log says it with file and line. */
struct template_set *template_load(const char *dir, struct err *e);

/* NULL is allowed. */
void template_free(struct template_set *set);

/* Appends page ("pricing"), inside the layout, to out.  data and globals are
 * objects or NULL; they are only read, and not kept.  lang NULL is English.
 * Returns 0, or E_INTERNAL when there is no such page (out is untouched). */
int template_render(const struct template_set *set, const char *page,
    struct json_object *data, struct json_object *globals, const struct catalogue *lang,
    struct buf *out, struct err *e);

#endif
