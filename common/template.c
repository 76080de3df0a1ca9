/* SPDX-License-Identifier: MIT */
#include "common/template.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/file.h"
#include "common/i18n.h"
#include "common/template_value.h"

#define FILE_SIZE_MAX ((size_t)256 << 10)
#define DEPTH_MAX 32	/* blocks inside each other in one file */
#define LAYOUT "layout"
#define CONTENT "content"	/* the slot of what is in no block */

/* What a render writes, and where its names are. */
struct render {
	const struct page *page;
	const struct catalogue *lang;
	struct buf *out;
};

struct node {
	struct node *next;
	void (*write)(const struct render *r, const struct node *node, const struct scope *scope);
	struct str text;		/* as it is in the file, or the name of a slot */
	struct value_call value;
	struct str name, word;		/* if, each, n: the name; if: compared with, or empty */
	const char *one, *many;		/* messages */
	struct node *body, *otherwise;
	const struct page *partial;
};

struct block {
	struct block *next;
	struct str name;
	struct node *body;
};

/* A page, a partial or the layout. */
struct page {
	struct page *next;
	const char *name;		/* file name without ".html" */
	bool loaded, loading;		/* including it while it is loading would be a loop */
	struct node *body;
	struct block *blocks;
};

struct template_set {
	struct arena *arena;
	const char *dir;
	struct page *pages;
	struct block *slots;		/* of the layout; only their names matter */
};

struct parser {
	struct template_set *set;
	struct page *page;
	struct str file;
	const char *p;			/* not parsed yet from here */
	struct node **tail;		/* where the next node goes */
	int depth;
	struct err *e;
};

/* A directive as found. */
struct tag {
	const char *at;			/* its first brace, NULL at the end of the file */
	struct str body, word, rest;
};

/* What ended a list of nodes. */
enum stop {
	STOP_FILE,
	STOP_END,
	STOP_ELSE,
};

static int page_load(struct template_set *set, struct page *page, struct err *e);

static int
parse_fail(struct parser *p, const struct tag *tag, const char *what)
{
	unsigned line = 1;

	for (const char *c = p->file.p; c < tag->at; c++)
		line += *c == '\n';
	return err_set(p->e, E_INTERNAL, "%s/%s.html:%u: %s: {{%.*s}}", p->set->dir,
	    p->page->name, line, what, (int)(tag->body.n < 80 ? tag->body.n : 80), tag->body.p);
}

static struct str
str_make(const char *from, const char *to)
{
	return (struct str){ from, (size_t)(to - from) };
}

static bool
str_same(struct str a, const char *b)
{
	return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

/* A copy with every run of white space made one space, so that a message may be
 * wrapped in its file. */
static const char *
str_folded(struct arena *a, struct str s)
{
	char *copy = arena_strndup(a, s.p, s.n), *to = copy;

	for (size_t i = 0; i < s.n; i++) {
		bool space = isspace((unsigned char)s.p[i]);

		if (!space)
			*to++ = s.p[i];
		else if (to > copy && to[-1] != ' ')
			*to++ = ' ';
	}
	while (to > copy && to[-1] == ' ')
		to--;
	*to = '\0';
	return copy;
}

static struct page *
page_find(const struct template_set *set, const char *name)
{
	struct page *page = set->pages;

	while (page != NULL && strcmp(page->name, name) != 0)
		page = page->next;
	return page;
}

static bool
page_is_partial(const struct page *page)
{
	return page->name[0] == '_';
}

static bool
page_is_layout(const struct page *page)
{
	return strcmp(page->name, LAYOUT) == 0;
}

static struct block *
block_find(struct block *b, struct str name)
{
	while (b != NULL && (b->name.n != name.n || memcmp(b->name.p, name.p, name.n) != 0))
		b = b->next;
	return b;
}

static struct block *
block_add(struct arena *a, struct block **list, struct str name)
{
	struct block *b = arena_alloc(a, sizeof *b);

	b->name = name;
	b->next = *list;
	*list = b;
	return b;
}

static struct node *
node_add(struct parser *p,
    void (*write)(const struct render *, const struct node *, const struct scope *))
{
	struct node *node = arena_alloc(p->set->arena, sizeof *node);

	node->write = write;
	*p->tail = node;
	p->tail = &node->next;
	return node;
}

static void
nodes_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	for (; node != NULL; node = node->next)
		node->write(r, node, scope);
}

static void
text_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	(void)scope;
	buf_add(r->out, node->text.p, node->text.n);
}

static void
value_node_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	struct value_env env = { scope, r->lang };

	value_write(&node->value, &env, r->out);
}

static void
message_node_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	struct value_env env = { scope, r->lang };

	message_write(i18n_text(r->lang, node->one), &env, r->out);
}

static void
counted_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	struct value_env env = { scope, r->lang };
	int64_t n = value_number(value_find(scope, node->name));

	message_write(i18n_plural(r->lang, node->one, node->many, n), &env, r->out);
}

static void
if_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	struct json_object *v = value_find(scope, node->name);
	bool yes = node->word.n > 0 ? value_equals(v, node->word) : value_true(v);

	nodes_write(r, yes ? node->body : node->otherwise, scope);
}

static void
each_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	struct json_object *list = value_find(scope, node->name);
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n; i++) {
		struct scope item = { json_object_array_get_idx(list, i), scope, i };

		nodes_write(r, node->body, &item);
	}
}

static void
partial_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	nodes_write(r, node->partial->body, scope);
}

static void
slot_write(const struct render *r, const struct node *node, const struct scope *scope)
{
	const struct block *b = block_find(r->page->blocks, node->text);

	if (str_same(node->text, CONTENT))
		nodes_write(r, r->page->body, scope);
	else if (b != NULL)
		nodes_write(r, b->body, scope);
}

static int parse_nodes(struct parser *p);

/* Parses what is inside a block, up to its {{else}} or {{end}}.  Returns which
 * (enum stop). */
static int
parse_body(struct parser *p, const struct tag *open, struct node **out)
{
	struct node **tail = p->tail;
	int stop;

	if (++p->depth > DEPTH_MAX)
		return parse_fail(p, open, "too deep");
	p->tail = out;
	stop = parse_nodes(p);
	p->tail = tail;
	p->depth--;
	return stop == STOP_FILE ? parse_fail(p, open, "never ended") : stop;
}

static int
parse_if(struct parser *p, const struct tag *tag)
{
	struct node *node = node_add(p, if_write);
	struct str sign;
	int stop;

	str_split(tag->rest, &node->name, &sign);
	str_split(sign, &sign, &node->word);
	if (!value_name_valid(node->name))
		return parse_fail(p, tag, "not a name");
	if (sign.n > 0 && (!str_same(sign, "=") || !value_name_valid(node->word)))
		return parse_fail(p, tag, "not of the form a = word");
	stop = parse_body(p, tag, &node->body);
	if (stop == STOP_ELSE)
		stop = parse_body(p, tag, &node->otherwise);
	return stop == STOP_ELSE ? parse_fail(p, tag, "a second else") : stop < 0 ? stop : 0;
}

static int
parse_each(struct parser *p, const struct tag *tag)
{
	struct node *node = node_add(p, each_write);
	int stop;

	node->name = tag->rest;
	if (!value_name_valid(node->name))
		return parse_fail(p, tag, "not a name");
	stop = parse_body(p, tag, &node->body);
	return stop == STOP_ELSE ? parse_fail(p, tag, "else without if") : stop < 0 ? stop : 0;
}

static int
parse_block(struct parser *p, const struct tag *tag)
{
	struct block *b;
	int stop;

	if (p->depth > 0 || page_is_partial(p->page) || page_is_layout(p->page))
		return parse_fail(p, tag, "a block that is not on the top level of a page");
	if (block_find(p->set->slots, tag->rest) == NULL)
		return parse_fail(p, tag, "no such slot in " LAYOUT ".html");
	if (block_find(p->page->blocks, tag->rest) != NULL)
		return parse_fail(p, tag, "a second block of this name");
	b = block_add(p->set->arena, &p->page->blocks, tag->rest);
	stop = parse_body(p, tag, &b->body);
	return stop == STOP_ELSE ? parse_fail(p, tag, "else without if") : stop < 0 ? stop : 0;
}

static int
parse_slot(struct parser *p, const struct tag *tag)
{
	if (!page_is_layout(p->page))
		return parse_fail(p, tag, "a slot outside " LAYOUT ".html");
	if (!value_name_valid(tag->rest))
		return parse_fail(p, tag, "not a name");
	node_add(p, slot_write)->text = tag->rest;
	if (!str_same(tag->rest, CONTENT))
		block_add(p->set->arena, &p->set->slots, tag->rest);
	return 0;
}

static int
parse_partial(struct parser *p, const struct tag *tag)
{
	struct node *node = node_add(p, partial_write);
	struct page *partial = page_find(p->set,
	    arena_printf(p->set->arena, "_%.*s", (int)tag->rest.n, tag->rest.p));

	if (partial == NULL)
		return parse_fail(p, tag, "no such partial");
	if (partial->loading)
		return parse_fail(p, tag, "includes itself");
	node->partial = partial;
	return page_load(p->set, partial, p->e);
}

static int
parse_message(struct parser *p, const struct tag *tag)
{
	struct node *node = node_add(p, message_node_write);
	const char *wrong;

	node->one = str_folded(p->set->arena, tag->rest);
	wrong = *node->one == '\0' ? "an empty message" : message_check(node->one);
	return wrong == NULL ? 0 : parse_fail(p, tag, wrong);
}

static int
parse_value(struct parser *p, const struct tag *tag)
{
	const char *wrong = value_parse(tag->body, &node_add(p, value_node_write)->value);

	return wrong == NULL ? 0 : parse_fail(p, tag, wrong);
}

static int
parse_counted(struct parser *p, const struct tag *tag)
{
	struct node *node;
	struct str text;
	const char *bar, *wrong;

	if (tag->rest.n == 0)
		return parse_value(p, tag);	/* of something named n */
	node = node_add(p, counted_write);
	str_split(tag->rest, &node->name, &text);
	bar = memchr(text.p, '|', text.n);
	if (!value_name_valid(node->name) || bar == NULL)
		return parse_fail(p, tag, "not of the form n name one|many");
	node->one = str_folded(p->set->arena, str_make(text.p, bar));
	node->many = str_folded(p->set->arena, str_make(bar + 1, text.p + text.n));
	wrong = *node->one == '\0' || *node->many == '\0' ? "an empty message" : NULL;
	if (wrong == NULL)
		wrong = message_check(node->one);
	if (wrong == NULL)
		wrong = message_check(node->many);
	return wrong == NULL ? 0 : parse_fail(p, tag, wrong);
}

static int
parse_comment(struct parser *p, const struct tag *tag)
{
	(void)p, (void)tag;
	return 0;
}

/* {{end}} or {{else}}: returns which (enum stop), which ends parse_nodes(). */
static int
parse_stop(struct parser *p, const struct tag *tag)
{
	if (tag->rest.n > 0)
		return parse_fail(p, tag, "too many words");
	if (p->depth == 0)
		return parse_fail(p, tag, "nothing to end");
	return str_same(tag->word, "end") ? STOP_END : STOP_ELSE;
}

/* quiet: shows nothing itself, so alone on a line it takes the line with it. */
static const struct directive {
	const char *word;
	bool quiet;
	int (*parse)(struct parser *p, const struct tag *tag);
} directives[] = {
	{ "if", true, parse_if },
	{ "else", true, parse_stop },
	{ "end", true, parse_stop },
	{ "each", true, parse_each },
	{ "block", true, parse_block },
	{ ">", true, parse_partial },
	{ "#", true, parse_comment },
	{ "slot", false, parse_slot },
	{ "_", false, parse_message },
	{ "n", false, parse_counted },
};

static const struct directive *
directive_find(const struct tag *tag)
{
	static const struct directive value = { "", false, parse_value };

	for (size_t i = 0; i < COUNT(directives); i++)
		if (str_same(tag->word, directives[i].word))
			return &directives[i];
	return &value;
}

/* Widens the gap [*from, *to) over the line when nothing else is on it. */
static void
line_swallow(struct str file, const char **from, const char **to)
{
	const char *start = *from, *end = *to;

	while (start > file.p && (start[-1] == ' ' || start[-1] == '\t'))
		start--;
	while (*end == ' ' || *end == '\t')
		end++;
	if ((start == file.p || start[-1] == '\n') && *end == '\n') {
		*from = start;
		*to = end + 1;
	}
}

/* Takes the text up to the next directive, and the directive. */
static int
tag_next(struct parser *p, struct str *text, struct tag *tag)
{
	const char *from = strstr(p->p, "{{"), *to;

	tag->at = from;
	tag->body = (struct str){ "", 0 };
	if (from == NULL) {
		*text = str_make(p->p, p->file.p + p->file.n);
		p->p = p->file.p + p->file.n;
		return 0;
	}
	to = strstr(from + 2, "}}");
	if (to == NULL)
		return parse_fail(p, tag, "}} is missing");
	to += strspn(to, "}");		/* a message may end with a placeholder */
	tag->body = str_make(from + 2, to - 2);
	str_split(tag->body, &tag->word, &tag->rest);
	if (tag->word.n > 1 && (*tag->word.p == '>' || *tag->word.p == '#')) {
		tag->rest = str_make(tag->word.p + 1, tag->rest.p + tag->rest.n);
		tag->word.n = 1;
	}
	if (directive_find(tag)->quiet)
		line_swallow(p->file, &from, &to);
	*text = from > p->p ? str_make(p->p, from) : str_make(p->p, p->p);
	p->p = to;
	return 0;
}

/* Parses into *p->tail up to what ends the list.  Returns an enum stop. */
static int
parse_nodes(struct parser *p)
{
	struct str text;
	struct tag tag;
	int rc;

	for (;;) {
		rc = tag_next(p, &text, &tag);
		if (rc < 0)
			return rc;
		if (text.n > 0)
			node_add(p, text_write)->text = text;
		if (tag.at == NULL)
			return STOP_FILE;
		rc = directive_find(&tag)->parse(p, &tag);
		if (rc != 0)
			return rc;
	}
}

static int
page_load(struct template_set *set, struct page *page, struct err *e)
{
	struct parser p = { .set = set, .page = page, .tail = &page->body, .e = e };
	const char *path = arena_printf(set->arena, "%s/%s.html", set->dir, page->name);
	int rc;

	if (page->loaded)
		return 0;
	rc = file_read(set->arena, path, FILE_SIZE_MAX, &p.file, e);
	if (rc < 0)
		return rc;
	if (strlen(p.file.p) != p.file.n)
		return err_set(e, E_INTERNAL, "%s: has a NUL byte", path);
	p.p = p.file.p;
	page->loading = true;
	rc = parse_nodes(&p);
	page->loading = false;
	page->loaded = true;
	return rc;
}

/* The layout first: pages are held against its slots. */
static int
set_load(struct template_set *set, struct err *e)
{
	struct page *layout = page_find(set, LAYOUT);
	int rc;

	if (layout == NULL)
		return err_set(e, E_INTERNAL, "%s: has no " LAYOUT ".html", set->dir);
	rc = page_load(set, layout, e);
	for (struct page *page = set->pages; page != NULL && rc == 0; page = page->next)
		rc = page_load(set, page, e);
	return rc;
}

static int
is_html(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".html") == 0;
}

static void
page_add(struct template_set *set, const char *file)
{
	struct page *page = arena_alloc(set->arena, sizeof *page);

	page->name = arena_strndup(set->arena, file, strlen(file) - 5);
	page->next = set->pages;
	set->pages = page;
}

struct template_set *
template_load(const char *dir, struct err *e)
{
	struct dirent **files;
	struct template_set *set;
	struct arena *a;
	int count = scandir(dir, &files, is_html, alphasort);

	if (count < 0) {
		err_set(e, E_INTERNAL, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	a = arena_new();
	set = arena_alloc(a, sizeof *set);
	set->arena = a;
	set->dir = arena_strdup(a, dir);
	while (count > 0) {
		page_add(set, files[--count]->d_name);
		free(files[count]);
	}
	free(files);
	if (set_load(set, e) == 0)
		return set;
	template_free(set);
	return NULL;
}

void
template_free(struct template_set *set)
{
	if (set != NULL)
		arena_free(set->arena);
}

int
template_render(const struct template_set *set, const char *page, struct json_object *data,
    struct json_object *globals, const struct catalogue *lang, struct buf *out, struct err *e)
{
	struct scope outer = { globals, NULL, 0 }, scope = { data, &outer, 0 };
	struct render r = { page_find(set, page), lang, out };

	if (r.page == NULL || page_is_partial(r.page) || page_is_layout(r.page))
		return err_set(e, E_INTERNAL, "there is no page %s", page);
	nodes_write(&r, page_find(set, LAYOUT)->body, &scope);
	return 0;
}
