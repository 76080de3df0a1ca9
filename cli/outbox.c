/* SPDX-License-Identifier: MIT */
/* gatehouse outbox list|retry|resume: what waits to be sent, and what could not be. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/json.h"

#define LIST_MOST "200"		/* messages that are listed */

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

static int
json_query(struct cli *c, const char *sql, const char *const *args, int n, struct json_object **out)
{
	const char *text;
	int rc = cli_query(c, sql, args, n, &text);

	return rc < 0 ? rc : json_parse(c->arena, text, strlen(text), JSON_DEPTH, out, &c->err);
}

static int
channels_print(struct cli *c)
{
	struct json_object *answer, *list, *o;
	int rc = json_query(c, "select jsonb_build_object('list', core.outbox_channels_json())::text",
	    NULL, 0, &answer);

	if (rc < 0)
		return rc;
	list = json_member(answer, "list");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		int64_t pending = 0, dead = 0;

		o = json_object_array_get_idx(list, i);
		json_int64(o, "pending", &pending);
		json_int64(o, "dead", &dead);
		printf("%-10s %-8s %8lld pending %6lld dead  %s\n", shown(json_text(o, "channel")),
		    json_text(o, "state"), (long long)pending, (long long)dead,
		    json_text(o, "reason") != NULL ? json_text(o, "reason") : "");
	}
	return 0;
}

static void
message_print(const struct json_object *o)
{
	int64_t attempts = 0;

	json_int64(o, "attempts", &attempts);
	printf("%-8s %-22s %-8s %-20.20s %3lld attempts  due %.19s  %s\n", json_text(o, "id"),
	    json_text(o, "kind"), json_text(o, "state"), shown(json_text(o, "destination")),
	    (long long)attempts, json_text(o, "due_at"),
	    json_text(o, "error") != NULL ? json_text(o, "error") : "");
}

int
outbox_list(struct cli *c, int argc, char **argv)
{
	const char *args[] = { NULL, NULL, LIST_MOST };
	struct json_object *answer, *list;
	int rc;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "dead") == 0 || strcmp(argv[i], "pending") == 0)
			args[0] = argv[i];
		else if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc)
			args[1] = argv[++i];
		else
			return CLI_USAGE;
	}
	rc = channels_print(c);
	if (rc == 0)
		rc = json_query(c, "select jsonb_build_object('list',"
		    " core.outbox_page($1, $2, null, $3::integer))::text", args, COUNT(args), &answer);
	if (rc < 0)
		return rc;
	list = json_member(answer, "list");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		message_print(json_object_array_get_idx(list, i));
	return 0;
}

int
outbox_retry(struct cli *c, int argc, char **argv)
{
	const char *args[2] = { NULL, NULL }, *count;
	int rc;

	if (argc == 2 && strcmp(argv[0], "--kind") == 0)
		args[1] = argv[1];
	else if (argc == 1 && argv[0][strspn(argv[0], "0123456789")] == '\0' && strlen(argv[0]) < 19)
		args[0] = argv[0];
	else if (argc != 1 || strcmp(argv[0], "--all") != 0)
		return CLI_USAGE;
	rc = cli_query(c, "select core.outbox_retry(nullif($1, '')::bigint, $2, null)::text", args,
	    COUNT(args), &count);
	if (rc < 0)
		return rc;
	printf("%s messages will be sent again\n", count);
	return strcmp(count, "0") == 0 ? CLI_FAULTS : 0;
}

int
outbox_resume(struct cli *c, int argc, char **argv)
{
	const char *args[1], *resumed;
	int rc;

	if (argc != 1)
		return CLI_USAGE;
	args[0] = argv[0];
	rc = cli_query(c, "select core.outbox_resume($1, null)::text", args, 1, &resumed);
	if (rc < 0)
		return rc;
	if (strcmp(resumed, "true") != 0)
		return err_set(&c->err, E_NOT_FOUND, "no channel %s is halted or paused", argv[0]);
	printf("%s goes on\n", argv[0]);
	return 0;
}
