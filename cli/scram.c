/* SPDX-License-Identifier: MIT */
#include <sodium.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/crypto.h"

#define ROUNDS 4096		/* PostgreSQL's own scram_iterations */
#define SALT_SIZE 16

/* Hi() of RFC 5802 section 2.2: PBKDF2 with HMAC-SHA256 and one block. */
static void
password_stretch(unsigned char out[SHA256_SIZE], struct str password,
    const unsigned char salt[SALT_SIZE])
{
	const struct str first[] = { { (const char *)salt, SALT_SIZE }, { "\0\0\0\1", 4 } };
	unsigned char u[SHA256_SIZE];
	const struct str last = { (const char *)u, sizeof u };

	hmac_sha256(u, password, first, COUNT(first));
	memcpy(out, u, sizeof u);
	for (int round = 1; round < ROUNDS; round++) {
		hmac_sha256(u, password, &last, 1);
		for (size_t i = 0; i < sizeof u; i++)
			out[i] ^= u[i];
	}
}

static void
key_derive(unsigned char out[SHA256_SIZE], const unsigned char stretched[SHA256_SIZE],
    const char *label)
{
	const struct str text = { label, strlen(label) };

	hmac_sha256(out, (struct str){ (const char *)stretched, SHA256_SIZE }, &text, 1);
}

const char *
scram_verifier(struct arena *a, const char *password)
{
	unsigned char salt[SALT_SIZE], stretched[SHA256_SIZE], client[SHA256_SIZE];
	unsigned char stored[SHA256_SIZE], server[SHA256_SIZE];

	randombytes_buf(salt, sizeof salt);
	password_stretch(stretched, (struct str){ password, strlen(password) }, salt);
	key_derive(client, stretched, "Client Key");
	crypto_hash_sha256(stored, client, sizeof client);
	key_derive(server, stretched, "Server Key");
	return arena_printf(a, "SCRAM-SHA-256$%d:%s$%s:%s", ROUNDS,
	    base64_encode(a, salt, sizeof salt), base64_encode(a, stored, sizeof stored),
	    base64_encode(a, server, sizeof server));
}
