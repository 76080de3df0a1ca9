/* SPDX-License-Identifier: MIT */
#include "common/siwe.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/arena.h"
#include "common/eth.h"
#include "common/util.h"

/* ---- what the texts are made of (RFC 3986, sections 2 and 3) */

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define SUB_DELIMS "!$&'()*+,;="
#define PCHAR UNRESERVED SUB_DELIMS ":@"

/* Whether text has only those characters and %XX. */
static bool
made_of(const char *text, const char *chars)
{
	for (; *text != '\0'; text++) {
		if (*text == '%') {
			if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
				return false;
			text += 2;
		} else if (strchr(chars, *text) == NULL) {
			return false;
		}
	}
	return true;
}

static bool
scheme_valid(const char *text)
{
	return isalpha((unsigned char)*text) && text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.")] == '\0';
}

/* What stands in brackets: an IPv6 address. */
static bool
literal_valid(struct arena *a, const char *open, const char *close)
{
	unsigned char address[16];

	return inet_pton(AF_INET6, arena_strndup(a, open + 1, (size_t)(close - open - 1)), address) == 1;
}

static bool
host_valid(struct arena *a, const char *text)
{
	const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":");

	if (end == NULL || end == text)
		return false;
	if (*text == '[' ? !literal_valid(a, text, end) :
	    !made_of(arena_strndup(a, text, (size_t)(end - text)), UNRESERVED SUB_DELIMS))
		return false;
	end += *text == '[';
	return *end == '\0' || (*end == ':' && end[1 + strspn(end + 1, "0123456789")] == '\0');
}

/* [ userinfo "@" ] host [ ":" port ], with a host. */
static bool
authority_valid(struct arena *a, const char *text)
{
	const char *at = strrchr(text, '@');

	if (at == NULL)
		return host_valid(a, text);
	return made_of(arena_strndup(a, text, (size_t)(at - text)), UNRESERVED SUB_DELIMS ":") &&
	    host_valid(a, at + 1);
}

/* Takes the part up to one of the delimiters off *text. */
static const char *
part_take(struct arena *a, const char **text, const char *delimiters)
{
	size_t n = strcspn(*text, delimiters);
	const char *part = arena_strndup(a, *text, n);

	*text += n;
	return part;
}

static bool
uri_valid(struct arena *a, const char *text)
{
	if (!scheme_valid(part_take(a, &text, ":")) || *text++ != ':')
		return false;
	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		/* only file:///path has none */
		if (*text != '/' && !authority_valid(a, part_take(a, &text, "/?#")))
			return false;
	}
	if (!made_of(part_take(a, &text, "?#"), PCHAR "/"))
		return false;
	if (*text == '?' && (text++, !made_of(part_take(a, &text, "#"), PCHAR "/?")))
		return false;
	return *text == '\0' || made_of(text + 1, PCHAR "/?");
}

/* ---- times (RFC 3339, section 5.6) */

/* Two digits from low to high, taken off *text; -1 when they are none. */
static int
two_digits(const char **text, int low, int high)
{
	const char *t = *text;
	int n;

	if (!isdigit((unsigned char)t[0]) || !isdigit((unsigned char)t[1]))
		return -1;
	n = (t[0] - '0') * 10 + t[1] - '0';
	*text += 2;
	return n >= low && n <= high ? n : -1;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
date_take(const char **text)
{
	int century = two_digits(text, 0, 99), year = century < 0 ? -1 : two_digits(text, 0, 99);
	int month;

	if (year < 0 || *(*text)++ != '-')
		return false;
	month = two_digits(text, 1, 12);
	if (month < 0 || *(*text)++ != '-')
		return false;
	return two_digits(text, 1, month_days(century * 100 + year, month)) > 0;
}

static bool
clock_take(const char **text)
{
	if (two_digits(text, 0, 23) < 0 || *(*text)++ != ':' ||
	    two_digits(text, 0, 59) < 0 || *(*text)++ != ':' || two_digits(text, 0, 60) < 0)
		return false;
	if (**text == '.') {
		size_t n = strspn(++*text, "0123456789");

		*text += n;
		return n > 0;
	}
	return true;
}

static bool
offset_take(const char **text)
{
	if (**text == 'Z' || **text == 'z')
		return ++*text;
	if (**text != '+' && **text != '-')
		return false;
	++*text;
	return two_digits(text, 0, 23) >= 0 && *(*text)++ == ':' && two_digits(text, 0, 59) >= 0;
}

static bool
time_valid(struct arena *a, const char *text)
{
	(void)a;
	return date_take(&text) && (*text == 'T' || *text == 't') && (text++, clock_take(&text)) &&
	    offset_take(&text) && *text == '\0';
}

/* ---- the message */

static bool
statement_valid(struct arena *a, const char *text)
{
	(void)a;
	return *text != '\0' && text[strspn(text, UNRESERVED SUB_DELIMS ":/?#[]@ ")] == '\0';
}

/* In a message the address carries its checksum, whatever its letters. */
static bool
address_valid(struct arena *a, const char *text)
{
	uint8_t address[ETH_ADDRESS_SIZE];
	char spelt[ETH_ADDRESS_TEXT];

	(void)a;
	if (!eth_address_read(address, text))
		return false;
	eth_address_write(spelt, address);
	return strcmp(spelt, text) == 0;
}

static bool
version_valid(struct arena *a, const char *text)
{
	(void)a;
	return strcmp(text, "1") == 0;
}

static bool
chain_valid(struct arena *a, const char *text)
{
	(void)a;
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool
nonce_valid(struct arena *a, const char *text)
{
	size_t n = strlen(text);

	(void)a;
	return n >= 8 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n;
}

static bool
request_valid(struct arena *a, const char *text)
{
	(void)a;
	return made_of(text, PCHAR);
}

/* The lines after the statement, in the order they must come in. */
static const struct field {
	const char *name, *label;
	bool required;
	bool (*valid)(struct arena *a, const char *text);
	size_t at;	/* its place in struct siwe */
} fields[] = {
	{ "uri", "URI: ", true, uri_valid, offsetof(struct siwe, uri) },
	{ "version", "Version: ", true, version_valid, 0 },
	{ "chain_id", "Chain ID: ", true, chain_valid, offsetof(struct siwe, chain_id) },
	{ "nonce", "Nonce: ", true, nonce_valid, offsetof(struct siwe, nonce) },
	{ "issued_at", "Issued At: ", true, time_valid, offsetof(struct siwe, issued_at) },
	{ "expiration_time", "Expiration Time: ", false, time_valid, offsetof(struct siwe, expiration_time) },
	{ "not_before", "Not Before: ", false, time_valid, offsetof(struct siwe, not_before) },
	{ "request_id", "Request ID: ", false, request_valid, offsetof(struct siwe, request_id) },
};

/* The next line of *text, or NULL after the last; *text is NULL then. */
static const char *
line_take(struct arena *a, const char **text)
{
	const char *line;

	if (*text == NULL)
		return NULL;
	line = part_take(a, text, "\n");
	*text = **text == '\n' ? *text + 1 : NULL;
	return line;
}

/* [ scheme "://" ] domain " wants you to …" */
static const char *
parse_domain(struct arena *a, const char *line, struct siwe *m)
{
	static const char tail[] = " wants you to sign in with your Ethereum account:";
	const char *end = line != NULL ? strstr(line, tail) : NULL, *sign;

	if (end == NULL || end[sizeof tail - 1] != '\0')
		return "domain";
	m->domain = arena_strndup(a, line, (size_t)(end - line));
	sign = strstr(m->domain, "://");
	if (sign != NULL) {
		m->scheme = arena_strndup(a, m->domain, (size_t)(sign - m->domain));
		m->domain = sign + 3;
		if (!scheme_valid(m->scheme))
			return "scheme";
	}
	return authority_valid(a, m->domain) ? NULL : "domain";
}

static const char *
parse_head(struct arena *a, const char **text, struct siwe *m)
{
	const char *wrong = parse_domain(a, line_take(a, text), m), *line;

	if (wrong != NULL)
		return wrong;
	m->address = line_take(a, text);
	if (m->address == NULL || !address_valid(a, m->address))
		return "address";
	line = line_take(a, text);
	if (line == NULL || *line != '\0')
		return "address";
	line = line_take(a, text);
	if (line != NULL && *line != '\0') {
		m->statement = line;
		line = line_take(a, text);
	}
	if (line == NULL || *line != '\0' || (m->statement != NULL && !statement_valid(a, m->statement)))
		return "statement";
	return NULL;
}

static const char *
parse_fields(struct arena *a, const char **text, struct siwe *m)
{
	const char *rest = *text, *line = line_take(a, &rest);

	for (size_t i = 0; i < COUNT(fields); i++) {
		const struct field *f = &fields[i];
		size_t n = strlen(f->label);

		if (line == NULL || strncmp(line, f->label, n) != 0) {
			if (f->required)
				return f->name;
			continue;
		}
		if (!f->valid(a, line + n))
			return f->name;
		if (f->at != 0)
			*(const char **)((char *)m + f->at) = line + n;
		*text = rest;
		line = line_take(a, &rest);
	}
	return NULL;
}

static const char *
parse_resources(struct arena *a, const char *text, struct siwe *m)
{
	const char *line = line_take(a, &text);

	if (line == NULL)
		return NULL;
	if (strcmp(line, "Resources:") != 0)
		return "message";
	while ((line = line_take(a, &text)) != NULL) {
		if (strncmp(line, "- ", 2) != 0 || !uri_valid(a, line + 2))
			return "resources";
		m->resources++;
	}
	return NULL;
}

const char *
siwe_parse(struct arena *a, const char *p, size_t n, struct siwe *out)
{
	const char *text, *wrong;

	*out = (struct siwe){ 0 };
	if (n > SIWE_SIZE || memchr(p, '\0', n) != NULL)
		return "message";
	text = arena_strndup(a, p, n);
	wrong = parse_head(a, &text, out);
	if (wrong == NULL)
		wrong = parse_fields(a, &text, out);
	return wrong != NULL ? wrong : parse_resources(a, text, out);
}

/* ---- whether it is for us, and true */

/* Whether the address begins with the origin and does not go on with its host. */
static bool
uri_of(const char *uri, const char *origin)
{
	size_t n = strlen(origin);

	return strncasecmp(uri, origin, n) == 0 && strchr("/?#", uri[n]) != NULL;
}

const char *
siwe_foreign(const struct siwe *m, const char *public_url, const char *chain_id)
{
	const char *host = strstr(public_url, "://");

	if (host == NULL || strcasecmp(m->domain, host + 3) != 0)
		return "domain";
	if (m->scheme != NULL && (strlen(m->scheme) != (size_t)(host - public_url) ||
	    strncasecmp(m->scheme, public_url, strlen(m->scheme)) != 0))
		return "scheme";
	if (!uri_of(m->uri, public_url))
		return "uri";
	return strcmp(m->chain_id, chain_id) == 0 ? NULL : "chain_id";
}

bool
siwe_signed(const struct siwe *m, const char *p, size_t n, const char *signature)
{
	uint8_t hash[KECCAK_SIZE], bytes[ETH_SIGNATURE_SIZE], signer[ETH_ADDRESS_SIZE];
	char spelt[ETH_ADDRESS_TEXT];

	if (!eth_signature_read(bytes, signature))
		return false;
	eth_text_hash(hash, p, n);
	if (!eth_recover(signer, hash, bytes))
		return false;
	eth_address_write(spelt, signer);
	return strcmp(spelt, m->address) == 0;
}
