/* SPDX-License-Identifier: MIT */
/* The menu of commands that Telegram shows beside the bot's input field. */
#include <string.h>

#include <json-c/json.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/i18n.h"
#include "common/json.h"
#include "common/template.h"

struct menu {
	struct i18n *languages;
	struct template_set *pages;
	struct json_object *commands;	/* names, from the table */
};

/* The folder that a data file is in. */
static const char *
folder_of(struct cli *c, const char *name)
{
	const char *path = data_find(c, name);

	return path == NULL ? NULL : arena_strndup(c->arena, path, (size_t)(strrchr(path, '/') - path));
}

static int
menu_open(struct cli *c, struct menu *m)
{
	const char *locale = folder_of(c, "locale/ru.mo");
	const char *pages = locale == NULL ? NULL : folder_of(c, "pages/telegram/command.html");
	struct json_object *found;
	const char *list;
	int rc;

	if (pages == NULL)
		return c->err.code;
	rc = cli_query(c, "select json_build_object('commands', coalesce(json_agg(command"
	    " order by command = 'start' desc, command), '[]'))::text from telegram_commands", NULL, 0, &list);
	if (rc == 0)
		rc = json_parse(c->arena, list, strlen(list), JSON_DEPTH, &found, &c->err);
	if (rc < 0)
		return rc;
	m->commands = json_member(found, "commands");
	m->languages = i18n_load(locale, &c->err);
	if (m->languages != NULL)
		m->pages = template_load(pages, &c->err);
	return c->err.code;
}

/* What a command does, in one line; *out is "" for one that is not for the menu. */
static int
description(struct cli *c, const struct menu *m, const char *command, const char *language,
    const char **out)
{
	struct json_object *data = json_object_new_object();
	struct buf b;
	int rc;

	json_object_object_add(data, "command", json_object_new_string(command));
	buf_init(&b, c->arena);
	rc = template_render(m->pages, "command", data, NULL, i18n_pick(m->languages, NULL, language), &b, &c->err);
	json_object_put(data);
	while (b.n > 0 && strchr(" \t\r\n", b.p[b.n - 1]) != NULL)
		b.n--;
	*out = rc < 0 ? "" : arena_strndup(c->arena, b.p, b.n);
	*out += strspn(*out, " \t\r\n");
	return rc;
}

static int
body_make(struct cli *c, const struct menu *m, const char *language, const char **out)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, c->arena);
	buf_str(&b, "{\"language_code\":");
	buf_json(&b, language);
	buf_str(&b, ",\"commands\":[");
	for (size_t i = 0; i < json_object_array_length(m->commands) && rc == 0; i++) {
		const char *command = json_object_get_string(json_object_array_get_idx(m->commands, i)), *says;

		rc = description(c, m, command, language, &says);
		if (*says == '\0')
			continue;
		buf_str(&b, b.p[b.n - 1] == '[' ? "{\"command\":" : ",{\"command\":");
		buf_json(&b, command);
		buf_str(&b, ",\"description\":");
		buf_json(&b, says);
		buf_str(&b, "}");
	}
	buf_str(&b, "]}");
	*out = buf_text(&b);
	return rc;
}

int
telegram_menu(struct cli *c, const char *const *languages, int n, const char **bodies)
{
	struct menu m = { 0 };
	int rc = menu_open(c, &m);

	for (int i = 0; i < n && rc == 0; i++)
		rc = body_make(c, &m, languages[i], &bodies[i]);
	template_free(m.pages);
	i18n_free(m.languages);
	return rc;
}
