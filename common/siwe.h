/* SPDX-License-Identifier: MIT */
/* Sign-In with Ethereum: the message a wallet signs, read by its grammar and by no
 * other.  Source: EIP-4361, section "ABNF Message Format"; RFC 3986 for addresses,
 * RFC 3339 for times. */
#ifndef GATEHOUSE_SIWE_H
#define GATEHOUSE_SIWE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define SIWE_CHAIN "1"	/* Ethereum itself: where EVM_CHAIN_ID is not set */
#define SIWE_SIZE 4096	/* longer messages are none of ours, in bytes */

/* A message, as it was written; what it did not say is NULL. */
struct siwe {
	const char *scheme, *domain, *address, *statement, *uri, *chain_id, *nonce, *issued_at,
	    *expiration_time, *not_before, *request_id;
	size_t resources;	/* how many */
};

/* Reads n bytes at p into *out, whose texts belong to the arena.  NULL, or the part
 * that is not as the grammar has it: "domain", "address", … in lower case.  Times
 * are days that exist; whether they are now is SQL's to say. */
const char *siwe_parse(struct arena *a, const char *p, size_t n, struct siwe *out);

/* The part that is not meant for us, or NULL: domain and uri of another site than
 * public_url (no trailing slash), another chain than chain_id (decimal). */
const char *siwe_foreign(const struct siwe *m, const char *public_url, const char *chain_id);

/* Whether the message of n bytes at p was signed by the address it names: a
 * signature as "0x" and 130 hex digits, see eth_recover(). */
bool siwe_signed(const struct siwe *m, const char *p, size_t n, const char *signature);

#endif
