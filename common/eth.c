/* SPDX-License-Identifier: MIT */
#include "common/eth.h"

#include <ctype.h>
#include <nettle/sha3.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <string.h>

#include "common/crypto.h"

/* The padding of Keccak's round 3 submission, which Ethereum kept: 0x01 …  0x80.
 * nettle knows only SHA-3's; so we fill the last block ourselves, and read the state
 * instead of asking for the digest. */
static void
keccak_finish(struct sha3_256_ctx *ctx, uint8_t hash[KECCAK_SIZE], size_t n)
{
	uint8_t pad[SHA3_256_BLOCK_SIZE] = { 0x01 };
	size_t left = SHA3_256_BLOCK_SIZE - n % SHA3_256_BLOCK_SIZE;

	pad[left - 1] |= 0x80;
	sha3_256_update(ctx, left, pad);
	for (size_t i = 0; i < KECCAK_SIZE; i++)
		hash[i] = (uint8_t)(ctx->state.a[i / 8] >> 8 * (i % 8));
}

void
keccak256(uint8_t hash[KECCAK_SIZE], const void *p, size_t n)
{
	struct sha3_256_ctx ctx;

	sha3_256_init(&ctx);
	sha3_256_update(&ctx, n, p);
	keccak_finish(&ctx, hash, n);
}

void
eth_text_hash(uint8_t hash[KECCAK_SIZE], const char *p, size_t n)
{
	struct sha3_256_ctx ctx;
	char prefix[64];
	int length = snprintf(prefix, sizeof prefix, "\x19" "Ethereum Signed Message:\n%zu", n);

	sha3_256_init(&ctx);
	sha3_256_update(&ctx, (size_t)length, (const uint8_t *)prefix);
	sha3_256_update(&ctx, n, (const uint8_t *)p);
	keccak_finish(&ctx, hash, (size_t)length + n);
}

/* A letter is a capital where the same digit of the hash of the text is 8 or more. */
void
eth_address_write(char text[ETH_ADDRESS_TEXT], const uint8_t address[ETH_ADDRESS_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[KECCAK_SIZE];
	char *hex = text + 2;

	memcpy(text, "0x", 2);
	for (size_t i = 0; i < ETH_ADDRESS_SIZE; i++) {
		hex[2 * i] = digits[address[i] >> 4];
		hex[2 * i + 1] = digits[address[i] & 15];
	}
	hex[2 * ETH_ADDRESS_SIZE] = '\0';
	keccak256(hash, hex, 2 * (size_t)ETH_ADDRESS_SIZE);
	for (size_t i = 0; i < 2 * (size_t)ETH_ADDRESS_SIZE; i++)
		if ((hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15) >= 8)
			hex[i] = (char)toupper((unsigned char)hex[i]);
}

/* Reads "0x" and exactly 2 * n hex digits of either case. */
static bool
hex_read(uint8_t *out, size_t n, const char *text)
{
	if (strlen(text) != 2 + 2 * n || memcmp(text, "0x", 2) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(text[2 + 2 * i]), low = hex_digit(text[3 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
one_case(const char *text)
{
	return strpbrk(text, "abcdef") == NULL || strpbrk(text, "ABCDEF") == NULL;
}

bool
eth_address_read(uint8_t address[ETH_ADDRESS_SIZE], const char *text)
{
	char spelt[ETH_ADDRESS_TEXT];

	if (!hex_read(address, ETH_ADDRESS_SIZE, text))
		return false;
	eth_address_write(spelt, address);
	return one_case(text + 2) || strcmp(spelt, text) == 0;
}

bool
eth_signature_read(uint8_t signature[ETH_SIGNATURE_SIZE], const char *text)
{
	return hex_read(signature, ETH_SIGNATURE_SIZE, text);
}

/* The parts of a signature when it is the one that EIP-2 allows. */
static bool
signature_parse(secp256k1_ecdsa_recoverable_signature *out, const uint8_t *bytes)
{
	const secp256k1_context *ctx = secp256k1_context_static;
	secp256k1_ecdsa_signature plain;
	int v = bytes[64] >= 27 ? bytes[64] - 27 : bytes[64];

	return v <= 1 && secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, out, bytes, v) &&
	    secp256k1_ecdsa_signature_parse_compact(ctx, &plain, bytes) &&
	    !secp256k1_ecdsa_signature_normalize(ctx, NULL, &plain);
}

bool
eth_recover(uint8_t address[ETH_ADDRESS_SIZE], const uint8_t hash[KECCAK_SIZE],
    const uint8_t signature[ETH_SIGNATURE_SIZE])
{
	const secp256k1_context *ctx = secp256k1_context_static;
	secp256k1_ecdsa_recoverable_signature parsed;
	secp256k1_pubkey key;
	uint8_t point[65], digest[KECCAK_SIZE];
	size_t n = sizeof point;

	if (!signature_parse(&parsed, signature) || !secp256k1_ecdsa_recover(ctx, &key, &parsed, hash))
		return false;
	secp256k1_ec_pubkey_serialize(ctx, point, &n, &key, SECP256K1_EC_UNCOMPRESSED);
	keccak256(digest, point + 1, sizeof point - 1);
	memcpy(address, digest + KECCAK_SIZE - ETH_ADDRESS_SIZE, ETH_ADDRESS_SIZE);
	return true;
}
