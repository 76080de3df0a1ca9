/* SPDX-License-Identifier: MIT */
#include "common/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/file.h"

#define MO_MAGIC 0x950412deu
#define MO_HEADER_SIZE 28
#define MO_SIZE_MAX ((size_t)4 << 20)
#define SOURCE_LANGUAGE "en"

/* One message.  A counted one has its forms one after another in text. */
struct message {
	const char *id;
	struct str text;
};

struct catalogue {
	const char *language;
	size_t (*plural)(uint64_t n);
	struct message *messages;	/* ascending by id */
	size_t n;
};

struct i18n {
	struct arena *arena;
	struct catalogue *catalogues;	/* the source language first */
	size_t n;
};

/* A .mo file while it is read. */
struct mo {
	const char *path;
	struct str file;
	bool swapped;	/* written on a machine of the other byte order */
	size_t n, ids, texts;	/* messages, and where their two tables are */
};

static size_t
plural_germanic(uint64_t n)
{
	return n != 1;
}

static size_t
plural_slavic(uint64_t n)
{
	if (n % 10 == 1 && n % 100 != 11)
		return 0;
	if (n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14))
		return 1;
	return 2;
}

/* The index of the plural form for each language, as in its Plural-Forms header;
 * what is not listed counts like English. */
static const struct {
	const char *language;
	size_t (*plural)(uint64_t n);
} plurals[] = {
	{ "ru", plural_slavic },
};

static void
catalogue_init(struct catalogue *c, const char *language)
{
	c->language = language;
	c->plural = plural_germanic;
	for (size_t i = 0; i < COUNT(plurals); i++)
		if (strcmp(plurals[i].language, language) == 0)
			c->plural = plurals[i].plural;
}

/* The number at a byte offset that the caller knows to be inside the file. */
static uint32_t
mo_number(const struct mo *m, size_t offset)
{
	uint32_t v;

	memcpy(&v, m->file.p + offset, sizeof v);
	return m->swapped ? __builtin_bswap32(v) : v;
}

/* The string of entry i of the table of (length, offset) pairs at table. */
static int
mo_string(const struct mo *m, size_t table, size_t i, struct str *out, struct err *e)
{
	size_t length = mo_number(m, table + 8 * i);
	size_t offset = mo_number(m, table + 8 * i + 4);

	if (offset >= m->file.n || length >= m->file.n - offset ||
	    m->file.p[offset + length] != '\0')
		return err_set(e, E_INTERNAL, "%s: string %zu is damaged", m->path, i);
	out->p = m->file.p + offset;
	out->n = length;
	return 0;
}

static int
mo_message(const struct mo *m, struct catalogue *c, struct err *e)
{
	struct message *msg = &c->messages[c->n];
	struct str id;
	int rc;

	rc = mo_string(m, m->ids, c->n, &id, e);
	if (rc == 0)
		rc = mo_string(m, m->texts, c->n, &msg->text, e);
	if (rc < 0)
		return rc;
	msg->id = id.p;
	if (c->n > 0 && strcmp(msg[-1].id, msg->id) >= 0)
		return err_set(e, E_INTERNAL, "%s: string %zu is out of order", m->path, c->n);
	c->n++;
	return 0;
}

static bool
mo_table_fits(const struct mo *m, size_t table)
{
	return table <= m->file.n && m->n <= (m->file.n - table) / 8;
}

static int
mo_header(struct mo *m, struct err *e)
{
	if (m->file.n < MO_HEADER_SIZE)
		return err_set(e, E_INTERNAL, "%s: too short for a .mo file", m->path);
	m->swapped = mo_number(m, 0) != MO_MAGIC;
	if (mo_number(m, 0) != MO_MAGIC || mo_number(m, 4) >> 16 != 0)
		return err_set(e, E_INTERNAL, "%s: not a .mo file of major revision 0", m->path);
	m->n = mo_number(m, 8);
	m->ids = mo_number(m, 12);
	m->texts = mo_number(m, 16);
	if (!mo_table_fits(m, m->ids) || !mo_table_fits(m, m->texts))
		return err_set(e, E_INTERNAL, "%s: a table lies outside the file", m->path);
	return 0;
}

/* The message with this id, or NULL. */
static const struct message *
message_find(const struct catalogue *c, const char *id)
{
	size_t low = 0, high = c == NULL ? 0 : c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(id, c->messages[mid].id);

		if (order == 0)
			return &c->messages[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The message with the empty id is the header with the character set. */
static int
catalogue_check(const struct mo *m, const struct catalogue *c, struct err *e)
{
	const struct message *header = message_find(c, "");

	if (header == NULL || strstr(header->text.p, "charset=UTF-8") == NULL)
		return err_set(e, E_INTERNAL, "%s: does not say charset=UTF-8", m->path);
	return 0;
}

static int
catalogue_load(struct arena *a, const char *path, struct catalogue *c, struct err *e)
{
	struct mo m = { .path = path };
	int rc;

	rc = file_read(a, path, MO_SIZE_MAX, &m.file, e);
	if (rc == 0)
		rc = mo_header(&m, e);
	if (rc < 0)
		return rc;
	c->messages = arena_alloc(a, m.n * sizeof *c->messages);
	while (rc == 0 && c->n < m.n)
		rc = mo_message(&m, c, e);
	return rc < 0 ? rc : catalogue_check(&m, c, e);
}

static int
is_mo(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && strcmp(d->d_name + n - 3, ".mo") == 0;
}

/* Fills i with the source language and one catalogue for each name. */
static int
i18n_load_files(struct i18n *i, const char *dir, struct dirent **names, int count,
    struct err *e)
{
	int rc = 0;

	i->catalogues = arena_alloc(i->arena, ((size_t)count + 1) * sizeof *i->catalogues);
	catalogue_init(&i->catalogues[i->n++], SOURCE_LANGUAGE);
	for (int k = 0; k < count && rc == 0; k++) {
		const char *name = names[k]->d_name;
		struct catalogue *c = &i->catalogues[i->n++];

		catalogue_init(c, arena_strndup(i->arena, name, strlen(name) - 3));
		rc = catalogue_load(i->arena, arena_printf(i->arena, "%s/%s", dir, name), c, e);
	}
	return rc;
}

struct i18n *
i18n_load(const char *localedir, struct err *e)
{
	struct dirent **names;
	struct arena *a;
	struct i18n *i;
	int rc, count = scandir(localedir, &names, is_mo, alphasort);

	if (count < 0) {
		err_set(e, E_INTERNAL, "%s: %s", localedir, strerror(errno));
		return NULL;
	}
	a = arena_new();
	i = arena_alloc(a, sizeof *i);
	i->arena = a;
	rc = i18n_load_files(i, localedir, names, count, e);
	while (count > 0)
		free(names[--count]);
	free(names);
	if (rc == 0)
		return i;
	i18n_free(i);
	return NULL;
}

void
i18n_free(struct i18n *i)
{
	if (i != NULL)
		arena_free(i->arena);
}

/* True when the primary subtag of tag is language: "es-MX" speaks "es". */
static bool
tag_speaks(struct str tag, const char *language)
{
	size_t n = strlen(language);

	return tag.n >= n && strncasecmp(tag.p, language, n) == 0 &&
	    (tag.n == n || tag.p[n] == '-');
}

/* A weight in thousandths; 0 for what is not 0(.ddd) or 1(.000). */
static int
weight_parse(struct str s)
{
	int scale = 100, weight;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.n > 1 && s.p[1] != '.'))
		return 0;
	weight = (s.p[0] - '0') * 1000;
	for (size_t i = 2; i < s.n; i++, scale /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		weight += (s.p[i] - '0') * scale;
	}
	return weight > 1000 ? 0 : weight;
}

static struct str
str_trim(const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t'))
		p++, n--;
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return (struct str){ p, n };
}

/* Takes the next "tag;q=0.8" from *list.  False at the end. */
static bool
range_next(const char **list, struct str *tag, int *weight)
{
	const char *p = *list, *semicolon;
	size_t n = strcspn(p, ",");
	struct str q;

	if (*p == '\0')
		return false;
	*list = p + n + (p[n] == ',');
	*weight = 1000;
	semicolon = memchr(p, ';', n);
	if (semicolon != NULL) {
		q = str_trim(semicolon + 1, (size_t)(p + n - semicolon - 1));
		*weight = q.n > 2 && strncasecmp(q.p, "q=", 2) == 0 ?
		    weight_parse((struct str){ q.p + 2, q.n - 2 }) : 0;
		n = (size_t)(semicolon - p);
	}
	*tag = str_trim(p, n);
	return true;
}

/* How much a list wants a language, in thousandths; "*" speaks for all that are
 * not named.  *place tells where in the list that was said. */
static int
language_weight(const char *list, const char *language, int *place)
{
	struct str tag;
	int weight, named = -1, any = 0, any_place = 0;

	for (int i = 0; range_next(&list, &tag, &weight); i++) {
		if (tag_speaks(tag, language) && weight > named) {
			named = weight;
			*place = i;
		} else if (tag.n == 1 && *tag.p == '*') {
			any = weight;
			any_place = i;
		}
	}
	if (named >= 0)
		return named;
	*place = any_place;
	return any;
}

static const struct catalogue *
i18n_find(const struct i18n *i, const char *tag)
{
	for (size_t k = 0; k < i->n; k++)
		if (tag_speaks((struct str){ tag, strlen(tag) }, i->catalogues[k].language))
			return &i->catalogues[k];
	return NULL;
}

const struct catalogue *
i18n_pick(const struct i18n *i, const char *accept_language, const char *choice)
{
	const struct catalogue *best = choice == NULL ? NULL : i18n_find(i, choice);
	int best_weight = 0, best_place = 0, weight, place = 0;

	if (best != NULL)
		return best;
	best = &i->catalogues[0];
	for (size_t k = 0; accept_language != NULL && k < i->n; k++) {
		weight = language_weight(accept_language, i->catalogues[k].language, &place);
		if (weight > best_weight || (weight == best_weight && weight > 0 &&
		    place < best_place)) {
			best = &i->catalogues[k];
			best_weight = weight;
			best_place = place;
		}
	}
	return best;
}

const char *
i18n_language(const struct catalogue *c)
{
	return c == NULL ? SOURCE_LANGUAGE : c->language;
}

const char *
i18n_text(const struct catalogue *c, const char *msgid)
{
	const struct message *m = *msgid == '\0' ? NULL : message_find(c, msgid);

	return m == NULL || m->text.n == 0 ? msgid : m->text.p;
}

/* Form k of a counted message, or NULL when it has fewer. */
static const char *
message_form(const struct message *m, size_t k)
{
	const char *p = m->text.p, *end = p + m->text.n;

	for (; k > 0 && p < end; k--)
		p += strlen(p) + 1;
	return p < end ? p : NULL;
}

const char *
i18n_plural(const struct catalogue *c, const char *one, const char *many, int64_t n)
{
	const struct message *m = *one == '\0' ? NULL : message_find(c, one);
	uint64_t count = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	const char *form = m == NULL ? NULL : message_form(m, c->plural(count));

	if (form != NULL)
		return form;
	return plural_germanic(count) == 0 ? one : many;
}
