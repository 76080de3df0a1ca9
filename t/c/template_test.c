/* SPDX-License-Identifier: MIT */
/* Pages: what each directive shows, and that every mistake is found when the
 * pages are loaded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/template.h"
#include "common/util.h"

static char dir[] = "/tmp/template_test.XXXXXX";

static void
file_write(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	fclose(f);
}

static void
file_remove(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	unlink(path);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	file_write("layout.html", "{{slot content}}");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	file_remove("layout.html");
	file_remove("page.html");
	file_remove("other.html");
	file_remove("_part.html");
	file_remove("_more.html");
	return rmdir(dir);
}

/* What page.html holding text shows for data; owned by the arena. */
static const char *
shown_in(struct arena *a, const char *text, const char *data)
{
	struct err e = { 0 };
	struct template_set *set;
	struct json_object *o = json_tokener_parse(data);
	struct json_object *globals = json_tokener_parse("{\"site\":\"Gate\",\"a\":\"outer\"}");
	struct buf out;

	file_write("page.html", text);
	set = template_load(dir, &e);
	if (set == NULL)
		fail_msg("%s", e.log);
	buf_init(&out, a);
	assert_int_equal(template_render(set, "page", o, globals, NULL, &out, &e), 0);
	json_object_put(o);
	json_object_put(globals);
	template_free(set);
	return buf_text(&out);
}

static void
assert_shows(const char *text, const char *data, const char *wanted)
{
	struct arena *a = arena_new();

	assert_string_equal(shown_in(a, text, data), wanted);
	arena_free(a);
}

/* Loading page.html with this text fails and the log says all of wanted. */
static void
assert_refused(const char *text, const char *wanted)
{
	struct err e = { 0 };

	file_write("page.html", text);
	assert_null(template_load(dir, &e));
	assert_int_equal(e.code, E_INTERNAL);
	if (strstr(e.log, wanted) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.log, wanted);
}

static void
values_are_escaped(void **state)
{
	(void)state;
	assert_shows("<p title=\"{{a}}\">", "{\"a\":\"<b>&\\\"'\"}",
	    "<p title=\"&lt;b&gt;&amp;&quot;&#39;\">");
	assert_shows("{{ a.b.c }}", "{\"a\":{\"b\":{\"c\":\"<\"}}}", "&lt;");
	assert_shows("{{raw a}}", "{\"a\":\"<b>\"}", "<b>");
	assert_shows("{{t a}}", "{\"a\":\"<b>\"}", "&lt;b&gt;");
	assert_shows("{{time a}}", "{\"a\":\"<b>\"}",
	    "<time datetime=\"&lt;b&gt;\">&lt;b&gt;</time>");
	assert_shows("{{_ <{a}>}}", "{\"a\":\"<b>\"}", "&lt;&lt;b&gt;&gt;");
}

static void
values_of_every_type_are_shown(void **state)
{
	(void)state;
	assert_shows("{{a}}|{{b}}|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}",
	    "{\"a\":-9223372036854775808,\"b\":true,\"c\":null,\"d\":[1],\"e\":{\"x\":1},\"f\":1.5}",
	    "-9223372036854775808|true||||1.5|");
}

static void
names_are_found_from_the_inside_out(void **state)
{
	(void)state;
	assert_shows("{{a}} {{site}}", "{}", "outer Gate");
	assert_shows("{{a}}{{each l}}{{a}}{{b}}{{end}}",
	    "{\"a\":\"x\",\"b\":\"y\",\"l\":[{\"a\":\"1\"},{\"b\":\"2\"}]}", "x1yx2");
	assert_shows("{{a}}", "{\"a\":null}", "");
	assert_shows("{{a.b}}{{b.a}}", "{\"b\":3}", "");
}

static void
long_names_are_absent(void **state)
{
	struct arena *a = arena_new();
	char name[100], *text;

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	text = arena_printf(a, "[{{%s}}]", name);
	assert_shows(text, arena_printf(a, "{\"%s\":1}", name), "[]");
	arena_free(a);
}

static void
addresses_cannot_run_code_or_leave_by_a_trick(void **state)
{
	static const char *const cases[][2] = {
		{ "https://discord.gg/x?a=1&b=2", "https://discord.gg/x?a=1&amp;b=2" },
		{ "http://127.0.0.1:8080/", "http://127.0.0.1:8080/" },
		{ "/success?session_id=1", "/success?session_id=1" },
		{ "/", "/" },
		{ "javascript:alert(1)", "" }, { "JaVaScRiPt:alert(1)", "" },
		{ "data:text/html,x", "" }, { "//evil.example", "" }, { "/\\\\evil.example", "" },
		{ "\\\\evil", "" }, { "/\\t/evil.example", "" }, { "https://a\\nb", "" },
		{ " https://a", "" }, { "", "" }, { "success", "" }, { "ftp://a", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new();

		assert_shows("{{url a}}", arena_printf(a, "{\"a\":\"%s\"}", cases[i][0]),
		    cases[i][1]);
		arena_free(a);
	}
}

static void
money_is_written_in_its_currency(void **state)
{
	static const char *const cases[][3] = {
		{ "999", "usd", "$9.99" }, { "5", "usd", "$0.05" }, { "0", "usd", "$0.00" },
		{ "499", "eur", "\xe2\x82\xac" "4.99" }, { "4999", "chf", "49.99\xc2\xa0" "CHF" },
		{ "500", "jpy", "500\xc2\xa0JPY" }, { "1500", "kwd", "1.500\xc2\xa0KWD" },
		{ "-250", "usd", "\xe2\x88\x92$2.50" },
		{ "123456789", "usd", "$1\xe2\x80\xaf" "234\xe2\x80\xaf" "567.89" },
		{ "123456", "usd", "$1234.56" },
		{ "-9223372036854775808", "usd",
		    "\xe2\x88\x92$92\xe2\x80\xaf" "233\xe2\x80\xaf" "720\xe2\x80\xaf" "368\xe2\x80\xaf"
		    "547\xe2\x80\xaf" "758.08" },
		{ "null", "usd", "" }, { "1", "<x>", "0.01\xc2\xa0&lt;X&gt;" }, { "1", "", "0.01" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new();

		assert_shows("{{money a c}}", arena_printf(a, "{\"a\":%s,\"c\":\"%s\"}",
		    cases[i][0], cases[i][1]), cases[i][2]);
		arena_free(a);
	}
}

static void
a_price_is_divided_with_one_decimal_more(void **state)
{
	(void)state;
	assert_shows("{{per a n c}}", "{\"a\":999,\"n\":250,\"c\":\"usd\"}", "$0.040");
	assert_shows("{{per a n c}}", "{\"a\":4999,\"n\":1500,\"c\":\"usd\"}", "$0.033");
	assert_shows("{{per a n c}}", "{\"a\":5,\"n\":100,\"c\":\"usd\"}", "$0.001");
	assert_shows("{{per a n c}}", "{\"a\":499,\"n\":0,\"c\":\"usd\"}", "");
	assert_shows("{{per a n c}}", "{\"a\":9223372036854775807,\"n\":1,\"c\":\"usd\"}", "");
	assert_shows("{{per a n c}}", "{\"a\":2,\"n\":9223372036854775807,\"c\":\"usd\"}", "$0.000");
}

static void
numbers_and_times_are_readable(void **state)
{
	(void)state;
	assert_shows("{{number a}} {{number b}} {{number c}}", "{\"a\":1500,\"b\":12345}",
	    "1500 12\xe2\x80\xaf" "345 ");
	assert_shows("{{time a}}", "{\"a\":\"2026-11-01T12:34:56.789+00:00\"}",
	    "<time datetime=\"2026-11-01T12:34:56.789+00:00\">2026-11-01 12:34 UTC</time>");
	assert_shows("{{time a}}", "{\"a\":\"2026-11-01T12:34:56Z\"}",
	    "<time datetime=\"2026-11-01T12:34:56Z\">2026-11-01 12:34 UTC</time>");
	assert_shows("{{time a}}", "{\"a\":\"2026-11-01T12:34:56+02:00\"}",
	    "<time datetime=\"2026-11-01T12:34:56+02:00\">2026-11-01T12:34:56+02:00</time>");
	assert_shows("{{time x}}{{time b}}", "{\"b\":7}", "<time datetime=\"7\">7</time>");
}

static void
numbers_are_added_up(void **state)
{
	(void)state;
	assert_shows("{{sum a b x s}} {{sum a}}", "{\"a\":3,\"b\":-1,\"s\":\"7\"}", "2 3");
	assert_shows("{{sum a a}}", "{\"a\":9223372036854775807}", "9223372036854775807");
}

static void
conditions_know_what_is_empty(void **state)
{
	static const char *const cases[][2] = {
		{ "null", "no" }, { "false", "no" }, { "0", "no" }, { "0.0", "no" }, { "\"\"", "no" },
		{ "[]", "no" }, { "{}", "no" }, { "true", "yes" }, { "-1", "yes" },
		{ "0.5", "yes" }, { "\"0\"", "yes" }, { "[0]", "yes" }, { "{\"x\":0}", "yes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *a = arena_new();

		assert_shows("{{if v}}yes{{else}}no{{end}}",
		    arena_printf(a, "{\"v\":%s}", cases[i][0]), cases[i][1]);
		arena_free(a);
	}
	assert_shows("{{if v}}yes{{else}}no{{end}}", "{}", "no");
}

static void
conditions_compare_with_a_word(void **state)
{
	(void)state;
	assert_shows("{{if a = owed}}1{{else}}0{{end}}{{if a = owe}}1{{else}}0{{end}}"
	    "{{if n = 5}}1{{end}}{{if b = true}}1{{end}}{{if x = y}}1{{end}}",
	    "{\"a\":\"owed\",\"n\":5,\"b\":true}", "1011");
}

static void
lists_are_walked(void **state)
{
	(void)state;
	assert_shows("{{each l}}{{position}}={{.}};{{end}}", "{\"l\":[\"a\",2,null]}", "0=a;1=2;2=;");
	assert_shows("{{each l}}{{each m}}{{k}}{{v}} {{end}}{{end}}",
	    "{\"l\":[{\"k\":\"a\",\"m\":[{\"v\":1},{\"v\":2}]},{\"k\":\"b\",\"m\":[{\"v\":3}]}]}",
	    "a1 a2 b3 ");
	assert_shows("{{each l}}x{{end}}{{each s}}x{{end}}", "{\"s\":\"text\"}", "");
}

static void
messages_have_placeholders_and_may_be_wrapped(void **state)
{
	(void)state;
	assert_shows("{{_ Paid\n\t {money a c}, thank\tyou {who}}}",
	    "{\"a\":999,\"c\":\"usd\",\"who\":\"Ann\"}", "Paid $9.99, thank you Ann");
	assert_shows("{{n a {a} credit|{a} credits}} {{n b {b} credit|{b} credits}}",
	    "{\"a\":1,\"b\":5}", "1 credit 5 credits");
	assert_shows("{{_ open { brace}}", "{}", "open { brace");
}

static void
partials_see_the_names_around_them(void **state)
{
	(void)state;
	file_write("_part.html", "<{{a}}{{> more}}>\n");
	file_write("_more.html", "+");
	assert_shows("{{each l}}\n  {{> part}}\n{{end}}\n", "{\"l\":[{\"a\":1},{\"a\":2}]}",
	    "<1+>\n<2+>\n");
}

static void
pages_fill_the_slots_of_the_layout(void **state)
{
	(void)state;
	file_write("layout.html", "<t>{{slot title}}</t><h>{{slot head}}</h>{{slot content}}");
	assert_shows("{{block title}}T{{a}}{{end}}body{{a}}", "{\"a\":1}",
	    "<t>T1</t><h></h>body1");
	file_write("layout.html", "{{slot content}}");
}

static void
directives_alone_on_a_line_leave_no_line(void **state)
{
	(void)state;
	assert_shows("{{# SPDX }}\n<ul>\n\t{{each l}}\n\t<li>{{.}}</li>\n\t{{end}}\n</ul>\n",
	    "{\"l\":[1,2]}", "<ul>\n\t<li>1</li>\n\t<li>2</li>\n</ul>\n");
	assert_shows("a {{if x}}b{{end}} c\n{{x}}\n", "{\"x\":1}", "a b c\n1\n");
}

static void
mistakes_are_found_with_file_and_line(void **state)
{
	static const char *const cases[][2] = {
		{ "\n\n{{bold x}}", "page.html:3: unknown directive: {{bold x}}" },
		{ "{{if a}}\n", "page.html:1: never ended" },
		{ "\n{{each a}}{{if b}}{{end}}", "page.html:2: never ended: {{each a}}" },
		{ "{{end}}", "nothing to end" }, { "{{else}}", "nothing to end" },
		{ "{{each a}}{{else}}{{end}}", "else without if" },
		{ "{{if a}}{{else}}{{else}}{{end}}", "a second else" },
		{ "{{if a}}{{else if b}}{{end}}", "too many words" },
		{ "{{if a == b}}{{end}}", "not of the form" }, { "{{if a =}}{{end}}", "not of the form" },
		{ "{{if}}{{end}}", "not a name" }, { "{{each a b}}{{end}}", "not a name" },
		{ "{{> nowhere}}", "page.html:1: no such partial" }, { "{{>}}", "no such partial" },
		{ "{{block title}}{{end}}", "no such slot" },
		{ "{{if a}}{{block title}}{{end}}{{end}}", "not on the top level" },
		{ "{{slot title}}", "a slot outside" },
		{ "{{a", "}} is missing" }, { "{{}}", "too few names" }, { "{{a..b}}", "not a name" },
		{ "{{a-b}}", "not a name" }, { "{{.a}}", "not a name" }, { "{{a.}}", "not a name" },
		{ "{{money a}}", "too few names" }, { "{{url a b}}", "too many names" },
		{ "{{position a}}", "too many names" }, { "{{sum a $}}", "not a name" },
		{ "{{sum a b c d e f g h i}}", "too many names" },
		{ "{{_ }}", "an empty message" }, { "{{_ Hello {bold x}}}", "unknown directive" },
		{ "{{_ Hello {raw x}}}", "raw inside a message" }, { "{{_ Hello {}}}", "too few names" },
		{ "{{n a only}}", "not of the form" }, { "{{n a one|}}", "an empty message" },
		{ "{{n a {raw x}|b}}", "raw inside" }, { "{{n a b|{raw x}}}", "raw inside" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i][0], cases[i][1]);
}

static void
blocks_and_partials_stay_in_bounds(void **state)
{
	char deep[40 * 8 + 1] = "";

	(void)state;
	file_write("_part.html", "{{> more}}");
	file_write("_more.html", "\n{{> part}}");
	assert_refused("{{> part}}", "includes itself");
	file_write("_part.html", "{{block title}}{{end}}");
	file_write("_more.html", "");
	assert_refused("x", "not on the top level of a page");
	file_write("_part.html", "");
	for (int i = 0; i < 40; i++)
		strcat(deep, "{{if a}}");
	assert_refused(deep, "too deep");
	file_write("layout.html", "{{slot title}}{{slot content}}");
	assert_refused("{{block title}}a{{end}}{{block title}}b{{end}}", "a second block");
	file_remove("layout.html");
	assert_refused("x", "has no layout.html");
	file_write("layout.html", "{{slot content}}");
}

static void
a_missing_page_or_folder_is_an_error(void **state)
{
	struct arena *a = arena_new();
	struct err e = { 0 };
	struct template_set *set;
	struct buf out;

	(void)state;
	assert_null(template_load("/nonexistent", &e));
	assert_int_equal(e.code, E_INTERNAL);
	file_write("page.html", "");
	e = (struct err){ 0 };
	set = template_load(dir, &e);
	assert_non_null(set);
	buf_init(&out, a);
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "nothing", "layout", "_part" };

		e = (struct err){ 0 };
		assert_int_equal(template_render(set, names[i], NULL, NULL, NULL, &out, &e),
		    E_INTERNAL);
	}
	assert_string_equal(buf_text(&out), "");
	template_free(set);
	arena_free(a);
}

struct shared {
	const struct template_set *set;
	struct json_object *globals;
	char wanted[64];
	int number;
};

static void *
render_often(void *arg)
{
	struct shared *s = arg;
	struct json_object *data = json_object_new_object();
	bool same = true;

	json_object_object_add(data, "n", json_object_new_int(s->number));
	for (int i = 0; i < 2000 && same; i++) {
		struct arena *a = arena_new();
		struct err e = { 0 };
		struct buf out;

		buf_init(&out, a);
		template_render(s->set, "page", data, s->globals, NULL, &out, &e);
		same = strcmp(buf_text(&out), s->wanted) == 0;
		arena_free(a);
	}
	json_object_put(data);
	return same ? s : NULL;
}

static void
threads_share_pages_and_globals(void **state)
{
	struct err e = { 0 };
	struct json_object *globals = json_tokener_parse("{\"sandbox\":true,\"v\":7,\"s\":\"x\"}");
	struct shared shared[4];
	pthread_t threads[4];
	struct template_set *set;
	void *same;

	(void)state;
	file_write("page.html", "{{n}} {{sandbox}} {{v}} {{s}} {{_ Hello {n}}}");
	set = template_load(dir, &e);
	assert_non_null(set);
	for (int i = 0; i < 4; i++) {
		shared[i] = (struct shared){ .set = set, .globals = globals, .number = i };
		snprintf(shared[i].wanted, sizeof shared[i].wanted, "%d true 7 x Hello %d", i, i);
		assert_int_equal(pthread_create(&threads[i], NULL, render_often, &shared[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &same);
		assert_non_null(same);
	}
	json_object_put(globals);
	template_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(values_of_every_type_are_shown),
		cmocka_unit_test(names_are_found_from_the_inside_out),
		cmocka_unit_test(long_names_are_absent),
		cmocka_unit_test(addresses_cannot_run_code_or_leave_by_a_trick),
		cmocka_unit_test(money_is_written_in_its_currency),
		cmocka_unit_test(a_price_is_divided_with_one_decimal_more),
		cmocka_unit_test(numbers_and_times_are_readable),
		cmocka_unit_test(numbers_are_added_up),
		cmocka_unit_test(conditions_know_what_is_empty),
		cmocka_unit_test(conditions_compare_with_a_word),
		cmocka_unit_test(lists_are_walked),
		cmocka_unit_test(messages_have_placeholders_and_may_be_wrapped),
		cmocka_unit_test(partials_see_the_names_around_them),
		cmocka_unit_test(pages_fill_the_slots_of_the_layout),
		cmocka_unit_test(directives_alone_on_a_line_leave_no_line),
		cmocka_unit_test(mistakes_are_found_with_file_and_line),
		cmocka_unit_test(blocks_and_partials_stay_in_bounds),
		cmocka_unit_test(a_missing_page_or_folder_is_an_error),
		cmocka_unit_test(threads_share_pages_and_globals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
