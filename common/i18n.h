/* SPDX-License-Identifier: MIT */
/* Translations from GNU .mo files.  gettext(3) chooses one language for the
 * whole process and only among the locales the system has; here every request
 * has its own language, in any thread.
 *
 * Source: GNU gettext manual, "The Format of GNU MO Files". */
#ifndef GATEHOUSE_I18N_H
#define GATEHOUSE_I18N_H

#include <stdint.h>

struct err;

/* All languages of the site; read-only once loaded, so threads may share it. */
struct i18n;

/* One language.  NULL stands for the source language (English) everywhere. */
struct catalogue;

/* Reads every LANG.mo in localedir.  Each file is checked whole, so that looking
 * up needs no checks.  Owned by the caller: i18n_free().  NULL when the directory
 * or a file is unreadable, damaged or not UTF-8; e says which. */
struct i18n *i18n_load(const char *localedir, struct err *e);

/* Gives back all that i18n_load() made, catalogues too.  NULL is allowed. */
void i18n_free(struct i18n *i);

/* The language to answer in: choice (a tag such as "ru" that the person chose,
 * or NULL) when the site has it, else the best of an Accept-Language value (or
 * NULL; RFC 9110 section 12.5.4, q-values honoured), else English.  A region is
 * ignored: es-MX is es.  Never NULL; owned by i. */
const struct catalogue *i18n_pick(const struct i18n *i, const char *accept_language,
    const char *choice);

/* The catalogue's tag for the lang attribute: "en", "es", "ru". */
const char *i18n_language(const struct catalogue *c);

/* The translation of msgid, or msgid itself.  Owned by the catalogue. */
const char *i18n_text(const struct catalogue *c, const char *msgid);

/* The form of a counted message that fits n: one and many are the English forms,
 * of which one is the key.  Owned by the catalogue, or one or many itself. */
const char *i18n_plural(const struct catalogue *c, const char *one, const char *many,
    int64_t n);

#endif
