/* SPDX-License-Identifier: MIT */
/* What comes from Telegram: fields of its login widget. */
#ifndef GATEHOUSE_TELEGRAM_H
#define GATEHOUSE_TELEGRAM_H

struct arena;
struct err;
struct json_object;

/* Most fields of the widget that are looked at. */
#define TELEGRAM_FIELDS 32

/* The client id of web login, which is the bot's id: what stands before the colon
 * of its token.  Owned by the arena; NULL when that is no number. */
const char *telegram_bot_id(struct arena *a, const char *token);

/* Checks the hash of the login widget's fields, an object of texts and integers:
 * hex HMAC-SHA256, under SHA-256 of the bot's token, of all the other fields sorted
 * as "name=value" lines (core.telegram.org/widgets/login#checking-authorization).
 * Fields that we do not know take part.  On success the fields are left without
 * hash, all as text, and *hash is set; owned by the arena.
 * Returns 0; E_SIGN_IN_FAILED; E_NOT_CONFIGURED without a token. */
int telegram_widget_check(struct arena *a, const char *token, struct json_object *fields,
    const char **hash, struct err *e);

#endif
