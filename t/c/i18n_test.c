/* SPDX-License-Identifier: MIT */
/* Languages: .mo files of both byte orders, damaged ones, and the choice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/i18n.h"
#include "common/util.h"

#define HEADER "Content-Type: text/plain; charset=UTF-8\n"

struct text {
	const char *id, *text;
	size_t id_len, text_len;
};

#define TEXT(id, text) { id, text, sizeof id - 1, sizeof text - 1 }

/* Ascending by id, as msgfmt sorts. */
static const struct text russian[] = {
	TEXT("", HEADER),
	TEXT("Hello", "Привет"),
	TEXT("Price", "Цена"),
	TEXT("{n} day\0{n} days", "{n} день\0{n} дня\0{n} дней"),
};

struct mo {
	unsigned char p[1024];
	size_t n;
};

static char dir[] = "/tmp/i18n_test.XXXXXX";

static void
mo_put(struct mo *m, size_t at, uint32_t v, bool swapped)
{
	if (swapped)
		v = __builtin_bswap32(v);
	memcpy(m->p + at, &v, sizeof v);
}

static void
mo_put_text(struct mo *m, size_t at, const char *p, size_t n, bool swapped)
{
	mo_put(m, at, (uint32_t)n, swapped);
	mo_put(m, at + 4, (uint32_t)m->n, swapped);
	memcpy(m->p + m->n, p, n + 1);
	m->n += n + 1;
}

/* What msgfmt would write for these, without a hash table. */
static struct mo
mo_make(const struct text *texts, size_t n, bool swapped)
{
	struct mo m = { .n = 28 + 16 * n };

	mo_put(&m, 0, 0x950412de, swapped);
	mo_put(&m, 8, (uint32_t)n, swapped);
	mo_put(&m, 12, 28, swapped);
	mo_put(&m, 16, (uint32_t)(28 + 8 * n), swapped);
	for (size_t i = 0; i < n; i++) {
		mo_put_text(&m, 28 + 8 * i, texts[i].id, texts[i].id_len, swapped);
		mo_put_text(&m, 28 + 8 * n + 8 * i, texts[i].text, texts[i].text_len, swapped);
	}
	return m;
}

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
mo_write(const struct mo *m, const char *name)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(m->p, 1, m->n, f), m->n);
	fclose(f);
}

static struct i18n *
load(void)
{
	struct err e = { 0 };
	struct i18n *i = i18n_load(dir, &e);

	if (i == NULL)
		fail_msg("%s", e.log);
	return i;
}

static int
setup(void **state)
{
	struct mo m = mo_make(russian, COUNT(russian), false);

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	mo_write(&m, "ru.mo");
	m = mo_make(russian, 1, false);
	mo_write(&m, "es.mo");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path_of("ru.mo"));
	unlink(path_of("es.mo"));
	return rmdir(dir);
}

static void
assert_russian(void)
{
	struct i18n *i = load();
	const struct catalogue *ru = i18n_pick(i, NULL, "ru");

	assert_string_equal(i18n_text(ru, "Hello"), "Привет");
	assert_string_equal(i18n_text(ru, "Price"), "Цена");
	assert_string_equal(i18n_text(ru, "Unknown"), "Unknown");
	assert_string_equal(i18n_text(ru, ""), "");
	i18n_free(i);
}

static void
messages_are_found_in_both_byte_orders(void **state)
{
	struct mo m = mo_make(russian, COUNT(russian), true);

	(void)state;
	assert_russian();
	mo_write(&m, "ru.mo");
	assert_russian();
	m = mo_make(russian, COUNT(russian), false);
	mo_write(&m, "ru.mo");
}

static void
the_source_language_needs_no_file(void **state)
{
	struct i18n *i = load();
	const struct catalogue *en = i18n_pick(i, NULL, NULL);

	(void)state;
	assert_string_equal(i18n_language(en), "en");
	assert_string_equal(i18n_text(en, "Hello"), "Hello");
	assert_string_equal(i18n_text(NULL, "Hello"), "Hello");
	assert_string_equal(i18n_language(NULL), "en");
	assert_string_equal(i18n_plural(NULL, "one", "many", 1), "one");
	assert_string_equal(i18n_plural(NULL, "one", "many", 0), "many");
	i18n_free(i);
}

static void
counted_messages_take_the_form_of_their_language(void **state)
{
	static const struct {
		int64_t n;
		const char *form;
	} cases[] = {
		{ 1, "день" }, { 2, "дня" }, { 4, "дня" }, { 5, "дней" }, { 0, "дней" },
		{ 11, "дней" }, { 12, "дней" }, { 14, "дней" }, { 21, "день" }, { 22, "дня" },
		{ 111, "дней" }, { 112, "дней" }, { 250, "дней" }, { 1501, "день" }, { -1, "день" },
		{ INT64_MIN, "дней" },
	};
	struct i18n *i = load();
	const struct catalogue *ru = i18n_pick(i, NULL, "ru");

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		const char *form = i18n_plural(ru, "{n} day", "{n} days", cases[k].n);

		assert_string_equal(form + strlen("{n} "), cases[k].form);
	}
	assert_string_equal(i18n_plural(ru, "one", "many", 1), "one");
	assert_string_equal(i18n_plural(ru, "Price", "many", 5), "many");
	i18n_free(i);
}

static void
the_best_wanted_language_is_picked(void **state)
{
	static const struct {
		const char *accept, *choice, *wanted;
	} cases[] = {
		{ NULL, NULL, "en" }, { "", NULL, "en" }, { "ru", NULL, "ru" },
		{ "RU-ru", NULL, "ru" }, { "es-MX,es;q=0.9,en;q=0.8", NULL, "es" },
		{ "de-DE,de;q=0.9", NULL, "en" }, { "de,ru;q=0.5,es;q=0.7", NULL, "es" },
		{ "en;q=0.1, ru;q=0.2", NULL, "ru" }, { "ru;q=0, es;q=0.001", NULL, "es" },
		{ "ru;q=0", NULL, "en" }, { "es,ru", NULL, "es" }, { "ru,es", NULL, "ru" },
		{ "*", NULL, "en" }, { "en;q=0,ru;q=0,*", NULL, "es" }, { "*;q=0.5, ru", NULL, "ru" },
		{ "ru;q=1.000", NULL, "ru" }, { "ru;q=2, es;q=0.1", NULL, "es" },
		{ "ru;q=1.5, es;q=0.1", NULL, "es" }, { "ru;q=0.9999, es;q=0.1", NULL, "es" },
		{ "ru;q=x, es;q=0.1", NULL, "es" }, { "ru;q=, es;q=0.1", NULL, "es" },
		{ "ru;v=1, es;q=0.1", NULL, "es" }, { ";;,,;q=1,,", NULL, "en" },
		{ "\tru ; Q=0.8 , es;q=0.7", NULL, "ru" }, { "rus, esperanto", NULL, "en" },
		{ "es", "ru", "ru" }, { "es", "ru-RU", "ru" }, { "es", "de", "es" },
		{ "es", "", "es" }, { "es", "en", "en" },
	};
	struct i18n *i = load();

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		const struct catalogue *c = i18n_pick(i, cases[k].accept, cases[k].choice);

		if (strcmp(i18n_language(c), cases[k].wanted) != 0)
			fail_msg("\"%s\" picks %s", cases[k].accept, i18n_language(c));
	}
	i18n_free(i);
}

/* A damaged file is refused, or is harmless whatever is asked of it. */
static void
assert_harmless(const struct mo *m)
{
	struct err e = { 0 };
	struct i18n *i;
	const struct catalogue *c;

	mo_write(m, "ru.mo");
	i = i18n_load(dir, &e);
	if (i == NULL) {
		assert_int_equal(e.code, E_INTERNAL);
		return;
	}
	c = i18n_pick(i, NULL, "ru");
	for (size_t k = 0; k < COUNT(russian); k++)
		assert_true(strlen(i18n_text(c, russian[k].id)) < sizeof m->p);
	for (int64_t n = 0; n < 6; n++)
		assert_true(strlen(i18n_plural(c, "{n} day", "{n} days", n)) < sizeof m->p);
	i18n_free(i);
}

static void
a_truncated_file_is_harmless(void **state)
{
	struct mo whole = mo_make(russian, COUNT(russian), false);

	(void)state;
	for (struct mo m = whole; m.n > 0; m.n--)
		assert_harmless(&m);
	mo_write(&whole, "ru.mo");
}

static void
any_changed_byte_is_harmless(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct mo whole = mo_make(russian, COUNT(russian), false);

	(void)state;
	for (size_t at = 0; at < whole.n; at++) {
		for (size_t v = 0; v < sizeof values; v++) {
			struct mo m = whole;

			m.p[at] = values[v];
			assert_harmless(&m);
		}
	}
	mo_write(&whole, "ru.mo");
}

static void
assert_refused(const struct mo *m, const char *wanted)
{
	struct err e = { 0 };

	mo_write(m, "ru.mo");
	assert_null(i18n_load(dir, &e));
	if (strstr(e.log, wanted) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.log, wanted);
}

static void
wrong_numbers_are_refused_with_the_reason(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *wanted;
	} cases[] = {
		{ 0, 0x12345678, "not a .mo file" }, { 4, 0x00020000, "not a .mo file" },
		{ 8, 0xffffffff, "outside the file" }, { 8, 0x20000000, "outside the file" },
		{ 12, 0xfffffff0, "outside the file" }, { 16, 0xffffffff, "outside the file" },
		{ 28, 0xffffffff, "damaged" }, { 32, 0xffffffff, "damaged" },
		{ 36, 4, "damaged" }, { 28 + 32 + 8, 0x7fffffff, "damaged" },
	};
	struct mo whole = mo_make(russian, COUNT(russian), false);

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct mo m = whole;

		mo_put(&m, cases[k].at, cases[k].value, false);
		assert_refused(&m, cases[k].wanted);
	}
	mo_write(&whole, "ru.mo");
}

static void
order_and_character_set_are_checked(void **state)
{
	static const struct text unsorted[] = {
		TEXT("", HEADER), TEXT("b", "1"), TEXT("a", "2"),
	};
	static const struct text twice[] = {
		TEXT("", HEADER), TEXT("a", "1"), TEXT("a", "2"),
	};
	static const struct text latin[] = {
		TEXT("", "Content-Type: text/plain; charset=ISO-8859-1\n"),
	};
	struct mo m = mo_make(unsorted, COUNT(unsorted), false);

	(void)state;
	assert_refused(&m, "out of order");
	m = mo_make(twice, COUNT(twice), false);
	assert_refused(&m, "out of order");
	m = mo_make(latin, COUNT(latin), false);
	assert_refused(&m, "charset=UTF-8");
	m = mo_make(NULL, 0, false);
	assert_refused(&m, "charset=UTF-8");
	m = mo_make(russian, COUNT(russian), false);
	mo_write(&m, "ru.mo");
}

static void
a_missing_folder_is_an_error(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_null(i18n_load("/nonexistent", &e));
	assert_int_equal(e.code, E_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_found_in_both_byte_orders),
		cmocka_unit_test(the_source_language_needs_no_file),
		cmocka_unit_test(counted_messages_take_the_form_of_their_language),
		cmocka_unit_test(the_best_wanted_language_is_picked),
		cmocka_unit_test(a_truncated_file_is_harmless),
		cmocka_unit_test(any_changed_byte_is_harmless),
		cmocka_unit_test(wrong_numbers_are_refused_with_the_reason),
		cmocka_unit_test(order_and_character_set_are_checked),
		cmocka_unit_test(a_missing_folder_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
