/* SPDX-License-Identifier: MIT */
#include "common/crypto.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

void
crypto_init(void)
{
	if (sodium_init() < 0)
		abort();
}

const char *
sha256_hex(struct arena *a, const void *p, size_t n)
{
	unsigned char hash[SHA256_SIZE];

	crypto_hash_sha256(hash, p, n);
	return hex_encode(a, hash, sizeof hash);
}

void
hmac_sha256(unsigned char mac[SHA256_SIZE], struct str key,
    const struct str *parts, size_t count)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
	for (size_t i = 0; i < count; i++)
		crypto_auth_hmacsha256_update(&state,
		    (const unsigned char *)parts[i].p, parts[i].n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof state);
}

const char *
hmac_sha256_hex(struct arena *a, const char *key, const char *text)
{
	unsigned char mac[SHA256_SIZE];
	struct str part = { text, strlen(text) };

	hmac_sha256(mac, (struct str){ key, strlen(key) }, &part, 1);
	return hex_encode(a, mac, sizeof mac);
}

bool
secret_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

bool
secret_equal_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL || *a == '\0')
		return false;
	return secret_equal((struct str){ a, strlen(a) }, (struct str){ b, strlen(b) });
}

unsigned
random_below(unsigned n)
{
	return randombytes_uniform(n);
}

void
secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

const char *
token_new(struct arena *a)
{
	unsigned char raw[TOKEN_BYTES];

	randombytes_buf(raw, sizeof raw);
	return base64url_encode(a, raw, sizeof raw);
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

const char *
hex_encode(struct arena *a, const void *p, size_t n)
{
	size_t size = n * 2 + 1;

	return sodium_bin2hex(arena_alloc(a, size), size, p, n);
}

bool
hex_decode(void *out, size_t n, struct str text)
{
	size_t written;

	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 'A' && text.p[i] <= 'F')
			return false;
	return sodium_hex2bin(out, n, text.p, text.n, NULL, &written, NULL) == 0 &&
	    written == n;
}

const char *
base64_encode(struct arena *a, const void *p, size_t n)
{
	size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);

	return sodium_bin2base64(arena_alloc(a, size), size, p, n, sodium_base64_VARIANT_ORIGINAL);
}

const char *
base64url_encode(struct arena *a, const void *p, size_t n)
{
	size_t size = sodium_base64_encoded_len(n, BASE64URL);

	return sodium_bin2base64(arena_alloc(a, size), size, p, n, BASE64URL);
}

bool
base64url_decode(struct arena *a, struct str text, struct str *out)
{
	size_t size = text.n / 4 * 3 + 3, n;
	unsigned char *bin = arena_alloc(a, size + 1);
	const char *end;

	if (sodium_base642bin(bin, size, text.p, text.n, NULL, &n, &end, BASE64URL) != 0 ||
	    end != text.p + text.n)
		return false;
	*out = (struct str){ (char *)bin, n };
	return true;
}
