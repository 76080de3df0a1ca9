/* SPDX-License-Identifier: MIT */
#include "common/conf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/file.h"
#include "common/util.h"

#define CONF_BYTES 65536	/* largest file */

struct setting {
	const char *name, *value;
	struct setting *next;
};

struct conf {
	struct setting *settings;	/* the latest line first: it wins */
};

/* Every setting there is; any other name in the file is a mistake. */
static const char *const names[] = {
	"CRON_SECRET", "DATABASE_URL", "DISCORD_API_BASE", "DISCORD_APPLICATION_ID",
	"DISCORD_BOT_TOKEN", "DISCORD_CHANNEL_ID", "DISCORD_CLIENT_SECRET",
	"DISCORD_GUILD_ID", "DISCORD_PUBLIC_KEY", "DISCORD_ROLE_ID", "EVM_CHAIN_ID",
	"EVM_PAYOUT_KEY", "EVM_RPC_URL", "EVM_TOKEN_ADDRESS", "GATEHOUSE_DATADIR",
	"JWT_SECRET", "METRICS_DIR", "NOTICE_SECRET", "NOTICE_URL", "PUBLIC_URL",
	"ROLE_SECRET", "ROLLOVER_SECONDS", "SANDBOX",
	"STRIPE_API_BASE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SIGNING_SECRET",
	"TELEGRAM_API_BASE", "TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_USERNAME",
	"TELEGRAM_CLIENT_SECRET", "TELEGRAM_OIDC_BASE", "TELEGRAM_WEBHOOK_SECRET",
};

/* Where the reader stands. */
struct reader {
	struct arena *arena;
	const char *p;
	unsigned line;
};

static void
skip_blanks(struct reader *r)
{
	while (*r->p == ' ' || *r->p == '\t' || *r->p == '\r')
		r->p++;
}

static char
read_char(struct reader *r)
{
	char c = *r->p++;

	if (c == '\n')
		r->line++;
	return c;
}

/* The text between quotes; the opening one is behind us. */
static bool
read_quoted(struct reader *r, char quote, struct buf *b)
{
	while (*r->p != '\0') {
		char c = read_char(r);

		if (c == quote)
			return true;
		if (c == '\\' && quote == '"') {
			if (*r->p == '\n') {	/* continued on the next line */
				read_char(r);
				continue;
			}
			if (*r->p != '\0' && strchr("\"\\`$", *r->p) != NULL)
				c = read_char(r);
		}
		buf_add(b, &c, 1);
	}
	return false;
}

/* A value up to the end of its line.  Quotes have a meaning only before its first
 * plain character, as with systemd; blanks at its end go, unless quoted. */
static const char *
read_value(struct reader *r)
{
	bool plain = false;
	size_t keep = 0;
	struct buf b;

	buf_init(&b, r->arena);
	while (*r->p != '\0' && *r->p != '\n') {
		char c = read_char(r);
		bool blank = strchr(" \t\r", c) != NULL;

		if (!plain && (c == '\'' || c == '"')) {
			if (!read_quoted(r, c, &b))
				return NULL;
			keep = b.n;
			continue;
		}
		if (c == '\\') {
			c = *r->p == '\0' ? '\n' : read_char(r);
			blank = false;
			if (c == '\n')	/* continued on the next line */
				continue;
		}
		if (blank && !plain)
			continue;
		plain = true;
		buf_add(&b, &c, 1);
		if (!blank)
			keep = b.n;
	}
	return arena_strndup(r->arena, buf_text(&b), keep);
}

/* NAME up to the equals sign, which is passed over; NULL when there is none. */
static const char *
read_name(struct reader *r)
{
	const char *first = r->p;
	size_t n;

	while (isalnum((unsigned char)*r->p) || *r->p == '_')
		r->p++;
	n = (size_t)(r->p - first);
	skip_blanks(r);
	if (n == 0 || isdigit((unsigned char)*first) || *r->p != '=')
		return NULL;
	r->p++;
	return arena_strndup(r->arena, first, n);
}

/* One line: empty, comment or NAME=value.  False when it is none of them. */
static bool
read_line(struct reader *r, struct conf *c)
{
	struct setting *s;

	skip_blanks(r);
	if (*r->p == '#' || *r->p == ';') {
		r->p += strcspn(r->p, "\n");
	} else if (*r->p != '\n' && *r->p != '\0') {
		s = arena_alloc(r->arena, sizeof *s);
		s->name = read_name(r);
		s->value = s->name == NULL ? NULL : read_value(r);
		if (s->value == NULL)
			return false;
		s->next = c->settings;
		c->settings = s;
	}
	if (*r->p == '\n')
		read_char(r);
	return true;
}

int
conf_load(struct arena *a, const char *path, struct conf **out, struct err *e)
{
	struct reader r = { .arena = a, .line = 1 };
	struct str text = { "", 0 };

	*out = arena_alloc(a, sizeof **out);
	if (path != NULL && file_read(a, path, CONF_BYTES, &text, e) < 0)
		return e->code;
	r.p = text.p;
	if (memchr(text.p, '\0', text.n) != NULL)
		return err_set(e, E_INTERNAL, "%s: holds a NUL", path);
	while (*r.p != '\0')
		if (!read_line(&r, *out))
			return err_set(e, E_INTERNAL, "%s:%u: not NAME=value", path, r.line);
	return 0;
}

const char *
conf_get(const struct conf *c, const char *name)
{
	const char *value = getenv(name);

	for (const struct setting *s = c->settings; value == NULL && s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			value = s->value;
	return value == NULL || *value == '\0' ? NULL : value;
}

static bool
name_known(const char *name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

const char *
conf_unknown(const struct conf *c, size_t i)
{
	for (const struct setting *s = c->settings; s != NULL; s = s->next)
		if (!name_known(s->name) && i-- == 0)
			return s->name;
	return NULL;
}
